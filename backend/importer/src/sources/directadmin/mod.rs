//! DirectAdmin.
