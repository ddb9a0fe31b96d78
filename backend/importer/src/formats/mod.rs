//! Foreign syntax without meaning: what several sources are written in.

pub mod archive;
pub mod certificates;
pub mod elements;
pub mod grants;
pub mod mail;
pub mod master_file;
pub mod panel_lines;
pub mod python_literals;
pub mod s_expressions;
pub mod shell_words;
pub mod sql_dump;
pub mod yaml;
