//! Support conversations.
