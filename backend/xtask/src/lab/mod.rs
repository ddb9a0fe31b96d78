//! Real servers for tests and the demo.
//!
//! Each struct starts one server on free loopback ports with its own data folder, and stops it
//! and removes the folder when dropped, also while a panic unwinds. If the process is killed, the
//! kernel stops the servers and the next run removes the folders. Two runs never collide.

mod environment;
mod folder;
pub(crate) mod keeper;
pub mod libvirt;
mod mail;
mod mime;
mod panel;
mod ports;
mod postgres;
mod process;
mod webdriver;

pub use environment::{
    BINARY, EVERY_POINT, IMAGES, LIBVIRT_URI, POSTGRES, ROUNDS, SEED, WEBDRIVER, binary, images, libvirt_uri, seeds,
    variable,
};
pub use folder::Folder;
pub use libvirt::Libvirt;
pub use mail::MailServer;
pub use mime::{Attachment, Mail, parse as read_mail};
pub use panel::{Panel, PanelOptions};
pub use ports::free_port;
pub use postgres::Postgres;
pub use process::{Daemon, Guarded, Stop};
pub use webdriver::WebDriver;

use std::time::{Duration, Instant};

/// Repeats `probe` until it gives something, at most for `within`.
///
/// # Errors
/// Names `what` was waited for when the time is over.
pub fn wait_until<T>(what: &str, within: Duration, mut probe: impl FnMut() -> Option<T>) -> anyhow::Result<T> {
    let started = Instant::now();
    loop {
        if let Some(found) = probe() {
            return Ok(found);
        }
        if started.elapsed() >= within {
            anyhow::bail!("waited {} s for {what}", within.as_secs());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}
