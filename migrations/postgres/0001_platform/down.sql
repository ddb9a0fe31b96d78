DROP TABLE rate_limits;
DROP TABLE idempotency_keys;
DROP TABLE outbox;
DROP TABLE job_steps;
DROP TABLE jobs;
DROP TABLE counters;
DROP TABLE settings;
