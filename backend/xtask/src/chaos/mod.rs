//! `cargo xtask chaos`: the demo's job while its parts are killed at random moments
//! that follow from a seed, two panels on a PostgreSQL that comes and goes, and every
//! crash point against real guests.

mod beside;
mod disturb;
mod plan;
mod record;

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, bail};

pub use plan::{Event, Measure};
pub use record::{Happened, table};

use crate::commands::{Options, build_panel, cargo, images};
use crate::demo::{Extent, Stage, Steps, Wishes, tail};
use crate::lab;
use crate::packages::{self, Consent, Group};
use crate::signals;

/// Runs the chaos.
///
/// # Errors
/// An option is wrong, something did not converge, or `verify` found breaks.
pub fn run(words: &[&str]) -> anyhow::Result<ExitCode> {
    let flags = ["--postgres", "--no-points", "--yes"];
    let valued = ["--seed", "--panel-kills", "--libvirtd-kills", "--libvirtd-stops", "--rounds"];
    let options = Options::read("chaos", words, &flags, &valued)?;
    options.at_most("chaos", 0)?;
    let number = |name: &str, usual: u64| -> anyhow::Result<u64> {
        options.value(name).map_or(Ok(usual), |text| text.parse().with_context(|| format!("{name} {text}")))
    };
    let count = |name: &str, usual: u64| -> anyhow::Result<usize> { Ok(usize::try_from(number(name, usual)?)?) };
    let measure = Measure {
        seed: number("--seed", u64::from(std::process::id()))?,
        panel_kills: count("--panel-kills", 50)?,
        libvirtd_kills: count("--libvirtd-kills", 10)?,
        libvirtd_stops: count("--libvirtd-stops", 5)?,
    };
    let rounds = number("--rounds", 10)?;
    let wishes = Wishes {
        once: true,
        postgres: options.has("--postgres"),
        debian: false,
        harried: true,
        consent: Consent::new(options.has("--yes")),
    };
    println!("seed {}; `--seed {}` does the same again", measure.seed, measure.seed);
    let happened = harry(measure, wishes, Extent::Whole)?;
    println!("\nseed {}\n{}", measure.seed, table(&happened));
    judge(&happened)?;
    two_panels(measure.seed, rounds, wishes.consent)?;
    if options.has("--no-points") { Ok(ExitCode::SUCCESS) } else { every_point(wishes.consent) }
}

/// Does the job again and again until everything that is planned has happened.
///
/// # Errors
/// The job fails.
pub fn harry(measure: Measure, wishes: Wishes, extent: Extent) -> anyhow::Result<Vec<Happened>> {
    let mut plan = measure.plan();
    let mut happened = Vec::new();
    let mut round = 0;
    while !plan.is_empty() {
        round += 1;
        println!("\nround {round}: {} events to come", plan.len());
        let mut steps = Steps::new();
        let stage = Stage::set(wishes, &mut steps)?;
        let watch = beside::Watch::default();
        let is_over = AtomicBool::new(false);
        let outcome = std::thread::scope(|scope| {
            let worker = scope.spawn(|| {
                let outcome = crate::demo::job::run_beside(&stage, &mut steps, extent, |owner, shop| {
                    // Nobody else sets either.
                    let _only = watch.owner.set(owner.clone());
                    let set = beside::Beside::set(&stage, owner, shop)?;
                    println!(
                        "     beside it: the other node stops and starts a server in {:.1} s",
                        set.usual.as_secs_f32()
                    );
                    let _only = watch.beside.set(set);
                    Ok(())
                });
                is_over.store(true, Ordering::SeqCst);
                outcome
            });
            let disturbed = disturb::disturb(&stage, &watch, &is_over, &mut plan, &mut happened);
            let job = worker.join().unwrap_or_else(|_| bail!("the job's thread panicked"));
            job.context("the demo's job").and(disturbed)
        });
        if let Err(error) = outcome {
            println!("\n{}\n{}", steps.table(), table(&happened));
            eprintln!("The end of the panel's log:\n{}", tail(&stage.panel.log()));
            return Err(error);
        }
    }
    Ok(happened)
}

/// Fails unless everything converged with nothing broken.
///
/// # Errors
/// What did not.
pub fn judge(happened: &[Happened]) -> anyhow::Result<()> {
    for one in happened {
        if let Err(reason) = &one.converged {
            bail!("{} did not converge: {reason}", one.event.name());
        }
        if one.breaks != 0 {
            bail!("{}: verify found {} breaks", one.event.name(), one.breaks);
        }
    }
    Ok(())
}

/// The tests of two panels and of a PostgreSQL that goes away, with as many seeds.
fn two_panels(seed: u64, rounds: u64, consent: Consent) -> anyhow::Result<()> {
    if rounds == 0 {
        return Ok(());
    }
    packages::ensure(&[Group::Build, Group::Postgres], consent)?;
    let arguments = ["test", "--package", "hostwright-tests", "--test", "acceptance", "--"];
    let rest = ["races::allocator", "races::outages", "killed_in_the_middle", "--nocapture", "--test-threads=1"];
    println!("cargo {} {}", arguments.join(" "), rest.join(" "));
    let mut runner = cargo(&arguments);
    runner.args(rest).env(lab::SEED, seed.to_string()).env(lab::ROUNDS, rounds.to_string());
    let status = signals::run(runner.env(lab::BINARY, build_panel()?))?;
    if !status.success() {
        bail!("two panels, seed {seed}: {status}");
    }
    Ok(())
}

/// Every crash point, on PostgreSQL and against real guests too.
fn every_point(consent: Consent) -> anyhow::Result<ExitCode> {
    packages::ensure(&[Group::Build, Group::Libvirt, Group::Images, Group::Postgres], consent)?;
    let arguments = ["test", "--package", "hostwright-tests", "--test", "acceptance", "--", "crashes::"];
    let rest = ["--include-ignored", "--nocapture", "--test-threads=1"];
    println!("cargo {} {}", arguments.join(" "), rest.join(" "));
    let mut runner = cargo(&arguments);
    runner.args(rest).env(lab::EVERY_POINT, "1").env(lab::IMAGES, images()?);
    Ok(crate::commands::code(signals::run(&mut runner)?))
}
