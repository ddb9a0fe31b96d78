//! What `verify` asks of servers: whether the records agree with each other, and
//! what is seen with what is wished.

pub mod queries;
