//! Developer commands.

pub mod images;
pub mod lab;
