//! Every part in all its states.
use super::*;
use crate::page::*;
/// Temporary.
pub fn parts(page: &Page) -> String { Shell::new(page, "Parts").add("x").render() }
