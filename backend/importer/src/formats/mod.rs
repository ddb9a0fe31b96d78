//! Foreign syntax without meaning: what several sources are written in.

pub mod elements;
pub mod master_file;
pub mod python_literals;
pub mod s_expressions;
pub mod shell_words;
pub mod sql_dump;
