CREATE INDEX charges_by_subscription ON charges (subscription_id);
