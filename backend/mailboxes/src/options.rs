//! How a mailbox is copied, and how gently.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// How one mailbox is copied.
#[derive(Debug, Clone)]
pub struct Options {
    /// Only tell what would be copied; change nothing at the target.
    pub is_dry: bool,
    /// Folders that are not copied, named as people read them with `/` between levels.
    pub left_out: Vec<String>,
    /// Folders that get another name: from, to; both with `/` between levels.
    pub renamed: BTreeMap<String, String>,
    /// Subscribe at the target what is subscribed at the source.
    pub subscribes: bool,
    /// Bring flags of messages that were copied earlier up to date.
    pub updates_flags: bool,
    /// Messages asked for with one command, and appended with one (RFC 3502).
    pub batch_messages: usize,
    /// Bytes appended with one command, unless a message has more.
    pub batch_bytes: usize,
    /// Bytes of messages that are held in memory between source and target. One message may have more.
    pub held_bytes: u32,
    /// Larger messages are skipped; bytes.
    pub most_message_bytes: u64,
    /// How long a silent server is waited for.
    pub timeout: Duration,
    /// How often in a row a lost line is made again without a message getting through.
    pub attempts: u32,
    /// How long is waited before looking whether the target kept what was being sent when the line was lost; also
    /// the first pause before a line is made again.
    pub settling: Duration,
    /// Bounds towards the source that many copies share.
    pub source_gate: Arc<Gate>,
    /// Bounds towards the target that many copies share.
    pub target_gate: Arc<Gate>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            is_dry: false,
            left_out: Vec::new(),
            renamed: BTreeMap::new(),
            subscribes: true,
            updates_flags: true,
            batch_messages: 200,
            batch_bytes: 4 << 20,
            held_bytes: 32 << 20,
            most_message_bytes: 256 << 20,
            timeout: Duration::from_secs(120),
            attempts: 6,
            settling: Duration::from_millis(1_000),
            source_gate: Arc::new(Gate::new(4, None)),
            target_gate: Arc::new(Gate::new(8, None)),
        }
    }
}

impl Options {
    /// The pause before the n-th attempt in a row: doubled each time, 30 seconds at most.
    pub(crate) fn pause(&self, attempt: u32) -> Duration {
        let doubled = self.settling.saturating_mul(1u32.checked_shl(attempt.min(10)).unwrap_or(1));
        doubled.min(Duration::from_secs(30)).max(self.settling)
    }
}

/// Bounds towards one host: connections at a time, and bytes a second over all of them.
#[derive(Debug)]
pub struct Gate {
    connections: Arc<Semaphore>,
    bytes_per_second: Option<u64>,
    /// When the bytes that were taken so far are paid for.
    paid_at: Mutex<Option<Instant>>,
}

impl Gate {
    /// Bounds: connections at a time (one at least), bytes a second.
    #[must_use]
    pub fn new(connections: usize, bytes_per_second: Option<u64>) -> Self {
        Self {
            connections: Arc::new(Semaphore::new(connections.max(1))),
            bytes_per_second: bytes_per_second.filter(|bytes| *bytes > 0),
            paid_at: Mutex::new(None),
        }
    }

    /// Waits for a place; it is given back when the permit is dropped.
    pub(crate) async fn enter(&self) -> Option<OwnedSemaphorePermit> {
        // The semaphore is never closed.
        Arc::clone(&self.connections).acquire_owned().await.ok()
    }

    /// Waits until these bytes are within the rate. A second's worth may come at once.
    pub(crate) async fn pay(&self, bytes: u64) {
        let Some(rate) = self.bytes_per_second else { return };
        let worth = Duration::from_micros(bytes.saturating_mul(1_000_000).checked_div(rate).unwrap_or(0));
        let now = Instant::now();
        let due = {
            let mut paid_at = self.paid_at.lock().unwrap_or_else(PoisonError::into_inner);
            let credit = now.checked_sub(Duration::from_secs(1)).unwrap_or(now);
            let due = paid_at.unwrap_or(credit).max(credit) + worth;
            *paid_at = Some(due);
            due
        };
        tokio::time::sleep_until(due).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bytes_beyond_a_second_wait_for_their_time() {
        let gate = Gate::new(1, Some(10_000));
        let begun = Instant::now();
        for _ in 0..12 {
            gate.pay(1_000).await;
        }
        let took = begun.elapsed();
        assert!(took >= Duration::from_millis(190) && took < Duration::from_millis(900), "{took:?}");
    }

    #[tokio::test]
    async fn a_full_gate_lets_the_next_one_in_when_one_leaves() {
        let gate = Gate::new(1, None);
        let held = gate.enter().await;
        assert!(tokio::time::timeout(Duration::from_millis(20), gate.enter()).await.is_err());
        drop(held);
        assert!(tokio::time::timeout(Duration::from_secs(5), gate.enter()).await.is_ok());
    }

    #[test]
    fn pauses_grow_and_end_at_half_a_minute() {
        let options = Options::default();
        assert_eq!(options.pause(0), Duration::from_secs(1));
        assert_eq!(options.pause(3), Duration::from_secs(8));
        assert_eq!(options.pause(60), Duration::from_secs(30));
    }
}
