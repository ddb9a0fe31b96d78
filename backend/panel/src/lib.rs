//! The product: business slices on one platform. It knows no HTTP, no libvirt
//! and no payment provider.
//!
//! A slice calls downwards directly and in the same transaction; upwards it
//! records an event, and [`reactions`] says what follows. From bottom to top:
//!
//! | slice | may use (besides `platform`) |
//! |---|---|
//! | `audit` | - |
//! | `auth` | audit |
//! | `customers` | auth, audit |
//! | `catalogue` | auth, audit |
//! | `nodes` | auth, audit |
//! | `images` | auth, nodes |
//! | `addresses` | auth, nodes |
//! | `subscriptions` | auth, customers, catalogue |
//! | `hosting` | auth, customers, subscriptions |
//! | `billing` | auth, customers |
//! | `servers` | auth, subscriptions, nodes, addresses, images |
//! | `orders` | auth, catalogue, customers, subscriptions, billing, servers, images, nodes, renewals |
//! | `renewals` | auth, subscriptions, billing |
//! | `tickets` | auth, customers, subscriptions, servers |
//! | `migration` | auth, customers, catalogue, subscriptions, hosting, billing, tickets |
//! | `notifications` | auth, customers |
//! | `reports` | all, reading only |
//! | `installation` | all: set-up, settings and the manual clock |
//!
//! Three rows differ from the first plan: every slice may use `auth`, because the
//! call and its scope live there; and `orders` uses `servers`, because capacity,
//! address and MAC are reserved in the transaction of the order, and `renewals`, whose
//! ladder says when a first invoice is due. `images` is below
//! `servers`; capturing images from servers will be a room of its own above.
//!
//! What races and dying machines taught, beyond the first plan: transactions that
//! read see one moment and cannot write ([`platform::db`], which also gives the order
//! of locks); connections are lent in turn by a pool of our own, because the usual one
//! starves callers and waits for a database that is away; a worker keeps a locked file,
//! so that what a dead one held is taken over at once ([`platform::presence`]); a lost
//! commit is told as uncertain and never as nothing; renewals are invoiced in batches
//! that share a transaction ([`billing::invoices`]).

pub mod addresses;
pub mod audit;
pub mod auth;
pub mod billing;
pub mod catalogue;
pub mod customers;
pub mod hosting;
pub mod images;
pub mod installation;
pub mod migration;
pub mod nodes;
pub mod notifications;
pub mod orders;
pub mod platform;
pub mod reactions;
pub mod renewals;
pub mod reports;
pub mod servers;
pub mod subscriptions;
pub mod tickets;
