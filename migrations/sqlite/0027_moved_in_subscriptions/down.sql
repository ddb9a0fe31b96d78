DROP TABLE subscription_origins;
ALTER TABLE subscriptions DROP COLUMN held;
