//! Input that is made to hurt, on every surface by which it can arrive: each is
//! refused with a stable code, the field and the reason, and nothing is changed.

pub mod doors;
pub mod files;
mod fuzz;
mod money;
mod openapi;
mod orders;
mod outside;
pub mod state;
mod storage;
mod writing;
