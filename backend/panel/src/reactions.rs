//! The one table "when X happened, do Y" between slices.
//!
//! Each reaction runs in the transaction that marks its event as handled, so it
//! happens exactly once.

use crate::platform::Tx;
use crate::platform::error::Result;
use crate::platform::outbox::Recorded;

/// Does what follows from an event.
///
/// # Errors
/// When the database fails; the event then stays open and is tried again.
pub fn react(_tx: &mut Tx<'_>, event: &Recorded) -> Result<()> {
    tracing::debug!(kind = %event.kind, "nothing follows from this event");
    Ok(())
}
