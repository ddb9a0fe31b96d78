//! Ports that no other run will take.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Mutex;

use anyhow::{Context as _, bail};

/// Below the range the kernel hands out for outgoing connections, so none of those can take a
/// port between our choosing it and the server listening on it.
const FIRST: u16 = 21_000;
const LAST: u16 = 31_999;

static HELD: Mutex<Vec<(u16, File)>> = Mutex::new(Vec::new());

/// A loopback TCP port that is free now, and that no other process using this function is given
/// while this process lives.
///
/// # Errors
/// No port of the range is free, or the temporary folder cannot be written.
pub fn free_port() -> anyhow::Result<u16> {
    let claims = std::env::temp_dir().join("hostwright-lab.ports");
    fs::create_dir_all(&claims).with_context(|| format!("making {}", claims.display()))?;
    // Runs of different users share the claims; only the maker may widen the mode.
    let _ = fs::set_permissions(&claims, fs::Permissions::from_mode(0o1777));

    let range = u32::from(LAST - FIRST) + 1;
    let start = std::process::id().wrapping_mul(97) % range;
    let mut held = HELD.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    for step in 0..range {
        let port = FIRST + u16::try_from((start + step) % range)?;
        if held.iter().any(|(mine, _)| *mine == port) {
            continue;
        }
        let Ok(claim) = File::create(claims.join(port.to_string())) else {
            continue;
        };
        if claim.try_lock().is_err() {
            continue;
        }
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            held.push((port, claim));
            return Ok(port);
        }
    }
    bail!("no free port between {FIRST} and {LAST}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_never_given_twice() {
        let mut ports: Vec<u16> = (0..50).map(|_| free_port().unwrap()).collect();
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), 50);
    }

    #[test]
    fn a_port_somebody_listens_on_is_not_given() {
        let taken = free_port().unwrap();
        let _listener = TcpListener::bind((Ipv4Addr::LOCALHOST, taken)).unwrap();
        HELD.lock().unwrap().retain(|(port, _)| *port != taken);
        for _ in 0..20 {
            assert_ne!(free_port().unwrap(), taken);
        }
    }
}
