//! The binary `hostwright`: composition root, HTTP, REST surface, pages, workers
//! and command line. Rules live in `panel`, looks in `frontend`.

pub mod agent;
pub mod api;
pub mod app;
pub mod backup;
pub mod cli;
pub mod compose;
pub mod config;
pub mod forms;
pub mod http;
pub mod hypervisor;
pub mod import;
pub mod joining;
pub mod mailboxes;
pub mod maintenance;
pub mod openapi;
pub mod pages;
pub mod problem;
pub mod reading;
pub mod registry;
pub mod routes;
pub mod sent;
pub mod survey;
pub mod telemetry;
pub mod ticks;
pub mod visitor;
