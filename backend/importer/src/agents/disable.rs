//! Switching subscriptions off at the source, after they moved.

use super::{AgentFault, Command, Place};

/// Identifiers of one command: a command line carries some thousand characters everywhere.
const AT_ONCE: usize = 50;

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Disabled {
    /// How many are off.
    pub done: usize,
    /// Which are not, each with what the agent said.
    pub failed: Vec<(String, String)>,
}

/// Switches subscriptions off, some at a time; of some that fail together each is tried alone, so that one
/// bad identifier keeps no other on. Doing it again is no error, by the contract.
///
/// # Errors
/// A fault of the transport, after which it is not known what is off: do it again.
pub fn disable(place: &mut Place<'_>, ids: &[String]) -> Result<Disabled, AgentFault> {
    let mut outcome = Disabled::default();
    // A list is separated by spaces, so what holds one cannot be named in it.
    let (carried, odd): (Vec<&String>, Vec<&String>) =
        ids.iter().partition(|id| !id.is_empty() && !id.chars().any(|c| c.is_whitespace() || c == '\0'));
    outcome.failed.extend(odd.into_iter().map(|id| (id.clone(), "no list can carry this identifier".to_owned())));
    for some in carried.chunks(AT_ONCE) {
        if off(place, some)?.is_none() {
            outcome.done = outcome.done.saturating_add(some.len());
            continue;
        }
        for id in some {
            match off(place, &[id])? {
                None => outcome.done = outcome.done.saturating_add(1),
                Some(said) => outcome.failed.push(((*id).clone(), said)),
            }
        }
    }
    Ok(outcome)
}

/// What the agent said when it failed.
fn off(place: &mut Place<'_>, ids: &[&String]) -> Result<Option<String>, AgentFault> {
    let command = Command::DisableSubscriptions(ids.iter().map(|id| (*id).clone()).collect());
    let answer = place.run(&command, "disable")?;
    Ok((answer.status != Some(0)).then(|| match answer.said.is_empty() {
        true => "the agent says nothing about it".to_owned(),
        false => answer.said,
    }))
}
