//! Files in messages. The name is cleaned, the type is ours, the size is held,
//! and a file is only ever handed out as a download.

pub mod model;

#[cfg(test)]
mod tests;
