//! Foreign syntax without meaning: what several sources are written in.

pub mod sql_dump;
