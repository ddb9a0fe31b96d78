//! Read models over everything: dashboard, search, verification.
