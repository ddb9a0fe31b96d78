//! The long run, told.

use std::process::ExitCode;

use hostwright_tests::World;
use hostwright_tests::soak::soak;

use crate::Wishes;
use crate::plot::{self, Line};

/// Megabytes an hour that are still called flat.
const FLAT: f64 = 60.0;

pub async fn run(wishes: &Wishes) -> ExitCode {
    println!("seed {}; again with: cargo xtask soak --minutes {} --seed {}", wishes.seed, wishes.minutes, wishes.seed);
    let how = hostwright_tests::soak::Wishes {
        seconds: (wishes.minutes * 60.0) as u64,
        seed: wishes.seed,
        hands: 8,
        orders: 150,
    };
    let report = soak(World::sqlite(), how).await;
    println!("{}", report.memory.printed());
    let slope = report.memory.slope();
    println!("memory: {slope:+.1} MB an hour over the second half");
    println!("{} requests, {} days, {} outages of nodes", report.requests, report.days, report.outages);
    for ((what, status), count) in &report.answers {
        println!("  {count:>8}  {status}  {what}");
    }
    for (table, rows) in report.rows.iter().filter(|(_, rows)| **rows > 0) {
        println!("  {rows:>8}  rows in {table}");
    }
    for (name, found) in [
        ("answers of 500 and above", &report.failures),
        ("breaks found by verify", &report.breaks),
        ("jobs without an owner", &report.ownerless),
        ("jobs that need attention", &report.attention),
    ] {
        println!("{}: {}", name, found.len());
        for one in found.iter().take(20) {
            println!("  - {one}");
        }
    }
    if let Some(pictures) = &wishes.pictures {
        std::fs::create_dir_all(pictures).unwrap();
        let line = Line { name: "Resident memory (MB) over seconds".to_owned(), points: report.memory.points.clone() };
        std::fs::write(pictures.join("soak.svg"), plot::curve("Memory during the soak", &line)).unwrap();
    }
    let good = report.failures.is_empty() && report.breaks.is_empty() && report.ownerless.is_empty() && slope < FLAT;
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
