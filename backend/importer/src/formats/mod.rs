//! Foreign syntax without meaning: what several sources are written in.

pub mod mail;
pub mod master_file;
