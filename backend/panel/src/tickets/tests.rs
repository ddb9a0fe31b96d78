//! Rules of tickets.
