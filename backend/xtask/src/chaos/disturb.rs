//! Kills and stops what the plan says, and waits each time until everything is as
//! it should be.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::beside::{Beside, Watch, open_tasks};
use super::plan::{Event, Planned};
use super::record::Happened;
use crate::demo::Stage;
use crate::signals;

/// Longest that convergence may take.
const LIMIT: Duration = Duration::from_secs(240);
/// Longest that a hung node may read well: the next regular look and its deadline.
const UNNOTICED: Duration = Duration::from_secs(90);

/// Does to the stage what is planned, until that is all or the job is over.
pub(super) fn disturb(
    stage: &Stage,
    watch: &Watch<'_>,
    is_over: &AtomicBool,
    plan: &mut VecDeque<Planned>,
    happened: &mut Vec<Happened>,
) -> anyhow::Result<()> {
    while !is_over.load(Ordering::SeqCst) {
        if signals::interrupted().is_some() {
            bail!("interrupted");
        }
        // A node can only be disturbed once there is one.
        let is_possible = |planned: &Planned| planned.event == Event::PanelKilled || watch.beside.get().is_some();
        let Some(next) = plan.iter().position(is_possible).and_then(|place| plan.remove(place)) else {
            if plan.is_empty() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
            continue;
        };
        pause(next.pause, is_over);
        if is_over.load(Ordering::SeqCst) {
            plan.push_front(next);
            return Ok(());
        }
        still_there(stage)?;
        let one = happen(stage, watch, next).and_then(|one| still_there(stage).map(|()| one))?;
        let told = match &one.converged {
            Ok(time) => format!("converged after {:.1} s", time.as_secs_f32()),
            Err(reason) => format!("NOT CONVERGED: {reason}"),
        };
        println!("     {} ({}): {told}, {} breaks", one.event.name(), one.signals, one.breaks);
        let failed = one.converged.is_err();
        happened.push(one);
        if failed {
            bail!("something did not converge");
        }
    }
    Ok(())
}

/// Nobody but us may end the panel.
fn still_there(stage: &Stage) -> anyhow::Result<()> {
    match stage.panel.ended() {
        Some(status) => bail!("the panel ended by itself: {status}"),
        None => Ok(()),
    }
}

fn pause(time: Duration, is_over: &AtomicBool) {
    let began = Instant::now();
    while began.elapsed() < time && !is_over.load(Ordering::SeqCst) {
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn happen(stage: &Stage, watch: &Watch<'_>, planned: Planned) -> anyhow::Result<Happened> {
    let mut signals = 1;
    let mut trouble = None;
    let began = match planned.event {
        Event::PanelKilled => {
            if let Some(pause) = planned.again {
                stage.panel.kill_and_resume()?;
                std::thread::sleep(pause);
                signals = 2;
            }
            let began = Instant::now();
            stage.panel.kill_and_resume()?;
            began
        }
        Event::LibvirtdKilled => {
            let began = Instant::now();
            stage.libvirt.kill()?;
            stage.libvirt.restart()?;
            began
        }
        Event::LibvirtdStopped => {
            stage.libvirt.sigstop()?;
            trouble = watch.beside.get().context("a server beside").and_then(hung).err();
            // Whatever was found, it must go on.
            stage.libvirt.sigcont()?;
            Instant::now()
        }
    };
    let converged = match trouble {
        Some(trouble) => Err(format!("{trouble:#}")),
        None => converge(watch, began).map_err(|error| format!("{error:#}")),
    };
    Ok(Happened { event: planned.event, signals, converged, breaks: breaks(stage)? })
}

/// While one node hangs, the other one serves, and the hung one reads unknown.
fn hung(beside: &Beside<'_>) -> anyhow::Result<()> {
    let first = beside.is_served()?;
    let unknown = beside.becomes_unknown(UNNOTICED)?;
    let second = beside.is_served()?;
    println!(
        "     a node hangs: its server read unknown {:.1} s later; the other node stopped and started one in {:.1} s \
         before that and {:.1} s after (usually {:.1} s)",
        (first + unknown).as_secs_f32(),
        first.as_secs_f32(),
        second.as_secs_f32(),
        beside.usual.as_secs_f32(),
    );
    Ok(())
}

/// Waits until every task that was open is closed and everything beside is well.
fn converge(watch: &Watch<'_>, began: Instant) -> anyhow::Result<Duration> {
    let Some(owner) = watch.owner.get() else {
        // Nothing but the panel itself is there to recover, and it answers.
        return Ok(began.elapsed());
    };
    let mut waiting = open_tasks(owner)?;
    loop {
        let open = open_tasks(owner)?;
        waiting.retain(|task| open.contains(task));
        let complaint = watch.beside.get().map_or(Ok(None), Beside::complaint)?;
        if waiting.is_empty() && complaint.is_none() {
            return Ok(began.elapsed());
        }
        if began.elapsed() > LIMIT {
            let complaint = complaint.unwrap_or_else(|| "tasks are still open".to_owned());
            bail!("after {} s: {complaint}; open: {waiting:?}", LIMIT.as_secs());
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// What `hostwright verify` finds.
fn breaks(stage: &Stage) -> anyhow::Result<i64> {
    let output = stage.panel.command(&["verify", "--json"]).output()?;
    let report: Value = serde_json::from_slice(&output.stdout)
        .with_context(|| format!("verify: {}", String::from_utf8_lossy(&output.stderr)))?;
    let breaks = report.get("breaks").and_then(Value::as_i64).context("verify tells no breaks")?;
    if breaks != 0 {
        println!("     verify: {report}");
    }
    Ok(breaks)
}
