//! Foreign syntax without meaning: what several sources are written in.

pub mod master_file;
pub mod sql_dump;
