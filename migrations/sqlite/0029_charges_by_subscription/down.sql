DROP INDEX charges_by_subscription;
