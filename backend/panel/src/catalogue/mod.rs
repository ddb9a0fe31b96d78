//! Plans, and their prices per currency and period. A price is never changed: it is
//! retired and another takes its place, so what was sold stays as it was sold.
