//! What tests and the demo run against.

pub mod libvirt;
