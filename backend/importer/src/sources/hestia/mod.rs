//! Hestia.
