//! The product through its doors: REST, forms and pages, over a real socket.

mod adoption;
mod forms;
mod pages;
mod rest;
pub mod site;
mod terminal;
pub mod town;
