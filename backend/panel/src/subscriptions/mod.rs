//! The sold thing and its life: ordered, active, suspended, cancelled, terminated.
