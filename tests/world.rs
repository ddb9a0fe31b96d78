//! What the acceptance tests stand on.
