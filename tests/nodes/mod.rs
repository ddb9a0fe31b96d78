//! Nodes: one contract, held against libvirt's test driver and against real QEMU guests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod adoption;
mod contract;
mod debian;
mod faults;
mod forging;
mod subject;
