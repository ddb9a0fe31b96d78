//! What the readers of hypervisors share: the files they are given, what they leave
//! behind, and values such as MAC addresses and sizes.

pub(crate) mod emit;
pub(crate) mod files;
pub(crate) mod json;
pub(crate) mod leftovers;
pub(crate) mod values;
