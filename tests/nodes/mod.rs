//! Nodes: one contract, held against libvirt's test driver and against real QEMU guests.

mod contract;
mod faults;
mod forging;
mod subject;
