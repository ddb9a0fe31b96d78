//! Private servers: desired and observed state, and the reconciler between them.
