//! Pure rules of every room.
