//! A line that is cut at seeded byte counts, and that counts how many use it at a time.

use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Where one connection is cut.
#[derive(Debug, Clone, Copy)]
pub enum Cut {
    /// After so many bytes to the server.
    Up(u64),
    /// After so many bytes from the server.
    Down(u64),
}

struct Shared {
    cuts: Mutex<VecDeque<Cut>>,
    done: AtomicUsize,
    open: AtomicUsize,
    most_open: AtomicUsize,
    ended: AtomicBool,
}

/// The proxy; it ends when dropped.
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

impl Proxy {
    /// Each connection is cut at the next of the cuts; those behind the last one are left alone.
    pub fn start(to: u16, cuts: Vec<Cut>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            cuts: Mutex::new(cuts.into()),
            done: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            most_open: AtomicUsize::new(0),
            ended: AtomicBool::new(false),
        });
        let ours = Arc::clone(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                if ours.ended.load(Ordering::SeqCst) {
                    break;
                }
                let (Ok(client), Ok(server)) = (client, TcpStream::connect(("127.0.0.1", to))) else { continue };
                client.set_nodelay(true).unwrap();
                server.set_nodelay(true).unwrap();
                let cut = ours.cuts.lock().unwrap().pop_front();
                let ours = Arc::clone(&ours);
                std::thread::spawn(move || serve(&client, &server, cut, &ours));
            }
        });
        Self { port, shared }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Cuts that happened.
    pub fn cuts(&self) -> usize {
        self.shared.done.load(Ordering::SeqCst)
    }

    /// The most connections at a time.
    pub fn most_open(&self) -> usize {
        self.shared.most_open.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn serve(client: &TcpStream, server: &TcpStream, cut: Option<Cut>, shared: &Shared) {
    let open = shared.open.fetch_add(1, Ordering::SeqCst) + 1;
    shared.most_open.fetch_max(open, Ordering::SeqCst);
    let (up, down) = match cut {
        None => (u64::MAX, u64::MAX),
        Some(Cut::Up(bytes)) => (bytes, u64::MAX),
        Some(Cut::Down(bytes)) => (u64::MAX, bytes),
    };
    // Counted out before the client can know of the end.
    let is_open = AtomicBool::new(true);
    let end = || {
        if is_open.swap(false, Ordering::SeqCst) {
            shared.open.fetch_sub(1, Ordering::SeqCst);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| pass(client, server, up, shared, &end));
        pass(server, client, down, shared, &end);
    });
}

/// Passes bytes on until an end or the cut, which ends both ways.
fn pass(mut from: &TcpStream, mut to: &TcpStream, mut left: u64, shared: &Shared, end: &dyn Fn()) {
    let mut buffer = [0u8; 16_384];
    loop {
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let count = match from.read(&mut buffer[..most]) {
            Ok(count) if count > 0 => count,
            _ => break,
        };
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
        left -= count as u64;
        if left == 0 {
            shared.done.fetch_add(1, Ordering::SeqCst);
            break;
        }
    }
    end();
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
