//! Foreign syntax without meaning: what several sources are written in.

pub mod archive;
pub mod certificates;
pub mod grants;
pub mod panel_lines;
pub mod yaml;
