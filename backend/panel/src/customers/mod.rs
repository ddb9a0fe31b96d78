//! Customer accounts, their addresses and tax status, and who belongs to them.
