//! Address pools, who has which address, and MAC addresses.
