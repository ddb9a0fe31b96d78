//! A synthetic dump.
