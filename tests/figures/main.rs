//! `cargo xtask bench` and `cargo xtask soak`, built optimised: what is measured, and
//! against what.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a measuring instrument, not the product"
)]

mod bare;
mod bench;
mod figure;
mod moving;
mod pages;
mod plot;
mod renewals;
mod seed;
mod soak;

use std::path::PathBuf;
use std::process::ExitCode;

/// The product's own, so that what is measured holds and gives back memory as the product does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What was asked for.
#[derive(Debug, Clone)]
pub struct Wishes {
    pub json: bool,
    pub quick: bool,
    pub minutes: f64,
    pub seed: u64,
    pub pictures: Option<PathBuf>,
    pub accounts: Option<usize>,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let place = words.iter().position(|word| word == name)?;
        words.get(place + 1).cloned()
    };
    let has = |name: &str| words.iter().any(|word| word == name);
    let wishes = Wishes {
        json: has("--json"),
        quick: has("--quick"),
        minutes: value("--minutes").and_then(|text| text.parse().ok()).unwrap_or(20.0),
        seed: value("--seed").and_then(|text| text.parse().ok()).unwrap_or_else(|| u64::from(std::process::id())),
        pictures: value("--pictures").map(PathBuf::from),
        accounts: value("--accounts").and_then(|text| text.parse().ok()),
    };
    let runtime = || tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    match words.first().map(String::as_str) {
        Some("bench") => runtime().block_on(bench::run(&wishes)),
        Some("soak") => runtime().block_on(soak::run(&wishes)),
        Some("import") => moving::run(&wishes),
        Some("import-into") => {
            let into = moving::Into {
                engine: value("--engine").unwrap(),
                accounts: value("--accounts").unwrap().parse().unwrap(),
                folder: value("--folder").unwrap().into(),
                database: value("--database").unwrap(),
                bare: value("--bare").unwrap(),
                json: wishes.json,
            };
            runtime().block_on(moving::into(&into))
        }
        // A handler that writes these bytes and does nothing else: the floor of a page.
        Some("bare") => bare::serve(&value("--file").unwrap(), &value("--listen").unwrap()),
        _ => {
            eprintln!("figures bench|import|soak");
            ExitCode::from(2)
        }
    }
}
