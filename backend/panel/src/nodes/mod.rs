//! Hosts: capacity, what they can do, and whether they answer.
