//! A customer's servers: the list, one server, its console.

mod console;
mod facts;
mod list;
mod show;
mod why;

pub use console::show as console;
pub use facts::open_invoices;
pub use list::{panel, show as list};
pub use show::show;
