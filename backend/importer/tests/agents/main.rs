//! Agents at work: the sample agent, agents that mean no good, and a real SSH server.

mod hostile;
mod packages;
mod sample;
mod ssh;
