//! How long a session lives.

use hostwright_kernel::Instant;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::model::SessionId;

/// Seconds after which a token is replaced.
pub const ROTATION: i64 = 15 * 60;
/// Seconds for which the token before is still good.
pub const OVERLAP: i64 = 60;
/// Seconds without a request after which a session ends.
pub const IDLE: i64 = 12 * 3600;
/// Seconds after which a session ends in any case.
pub const ABSOLUTE: i64 = 30 * 24 * 3600;
/// Seconds between two notes that a session is alive.
const NOTE: i64 = 60;

/// What decides whether a session is alive.
#[derive(Debug, Clone)]
pub struct Life<'a> {
    /// Hash of the token of today.
    pub token_hash: &'a str,
    /// Hash of the token before.
    pub previous_hash: Option<&'a str>,
    /// When the token was made.
    pub rotated_at: Instant,
    /// The last request that was noted.
    pub seen_at: Instant,
    /// The end in any case.
    pub expires_at: Instant,
}

/// What a request with a good token asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Nothing.
    Fresh,
    /// A note that the session is alive.
    Seen,
    /// A new token.
    Rotate,
}

impl Life<'_> {
    /// Whether a token with this hash is good now, and what its use asks for.
    #[must_use]
    pub fn used(&self, hash: &str, now: Instant) -> Option<Use> {
        if self.expires_at <= now || self.seen_at.seconds_until(now) >= IDLE {
            return None;
        }
        let age = self.rotated_at.seconds_until(now);
        if self.token_hash == hash {
            return Some(if age >= ROTATION {
                Use::Rotate
            } else if self.seen_at.seconds_until(now) >= NOTE {
                Use::Seen
            } else {
                Use::Fresh
            });
        }
        (self.previous_hash == Some(hash) && age < OVERLAP).then_some(Use::Fresh)
    }
}

/// A session as its person sees it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SessionView {
    /// Its id.
    pub id: SessionId,
    /// When they signed in.
    pub created_at: Instant,
    /// The last request, to the minute.
    pub seen_at: Instant,
    /// When it ends in any case.
    pub expires_at: Instant,
    /// The network address of the sign-in.
    pub address: String,
    /// The program of the sign-in.
    pub user_agent: String,
    /// Whether it is the one that asks.
    pub current: bool,
}
