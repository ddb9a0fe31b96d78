//! Every figure, each against a floor of the same run.

use std::path::Path;
use std::process::ExitCode;

use hostwright_kernel::{Clock, SystemClock};
use hostwright_panel::platform::db::DatabaseUrl;
use hostwright_tests::{KEY, World};

use crate::figure::Figures;
use crate::plot::{self, Line};
use crate::{Wishes, pages, renewals, seed};

/// Days between the renewals that make a year's invoices.
const MONTH: i64 = 31;
const STAFF_LISTS: [&str; 3] = ["/staff/customers", "/staff/invoices", "/staff/subscriptions"];
const DASHBOARD: &str = "/portal";

pub async fn run(wishes: &Wishes) -> ExitCode {
    let mut figures = Figures::new(wishes.json);
    let sizes: &[usize] = if wishes.quick { &[1_000, 2_000] } else { &[1_000, 10_000, 100_000] };
    let folder = tempfile::tempdir().unwrap();
    let mut growth = Vec::new();
    for size in sizes {
        let data = folder.path().join(size.to_string());
        growth.push(one_size(&mut figures, &data, *size, wishes).await);
        std::fs::remove_dir_all(&data).unwrap();
    }
    let postgres = xtask::lab::Postgres::start().unwrap();
    for size in sizes.iter().skip(1) {
        let url = postgres.create_database(&format!("bench{size}")).unwrap();
        let world = World::elsewhere(DatabaseUrl::Postgres(url), SystemClock.now());
        let shop = seed::provider(&world).await;
        seed::customers(&world, &shop, *size).await;
        renewal_figures(&mut figures, &world, "postgres", *size).await;
    }
    let breaks = figures.value("breaks found by verify");
    if let Some(pictures) = &wishes.pictures {
        std::fs::create_dir_all(pictures).unwrap();
        std::fs::write(
            pictures.join("growth.svg"),
            plot::drawn("Growth with the number of customers", &lines(&growth)),
        )
        .unwrap();
    }
    if breaks == 0.0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What was measured at a number of customers.
struct Size {
    customers: f64,
    renewals: f64,
    page: f64,
    list: f64,
    p99: f64,
    start: f64,
    memory: f64,
}

async fn one_size(figures: &mut Figures, data: &Path, size: usize, wishes: &Wishes) -> Size {
    std::fs::create_dir_all(data).unwrap();
    std::fs::write(data.join("secret.key"), KEY).unwrap();
    // As many months of invoices as lead to a hundred thousand.
    let months = if size == 10_000 { 10 } else { 1 };
    let start = SystemClock.now().plus_days(-MONTH * (months - 1));
    let world = World::elsewhere(DatabaseUrl::Sqlite(data.join("hostwright.db")), start);
    let shop = seed::provider(&world).await;
    seed::customers(&world, &shop, size).await;
    let rate = renewal_figures(figures, &world, "sqlite", size).await;
    for _ in 1..months {
        world.clock.advance_days(u32::try_from(MONTH).unwrap());
        renewals::run(&world, size).await;
    }
    seed::at_rest(&world.db).await;
    let member = seed::people(&world).await;
    seed::at_rest(&world.db).await;
    let found = world.breaks().await;
    for broken in found.iter().take(10) {
        eprintln!("{broken}");
    }
    figures.add("breaks found by verify", found.len() as f64, "breaks", 0.0);
    drop(world);
    let invoices = size * usize::try_from(months).unwrap();
    let mut measured = page_figures(figures, data, size, invoices, &member, wishes).await;
    measured.renewals = rate;
    measured
}

async fn renewal_figures(figures: &mut Figures, world: &World, engine: &str, size: usize) -> f64 {
    let rate = renewals::run(world, size).await;
    let written = renewals::written(&world.db).await;
    assert_eq!(written[0].1.len(), size, "every subscription was billed");
    // The floor writes the same rows again, and is taken away again if it goes on.
    renewals::wipe(&world.db, &written).await;
    let one = renewals::bare(&world.db, &written, 1, 1_000).await;
    renewals::wipe(&world.db, &written).await;
    let batched = renewals::bare_batched(&world.db, &written).await;
    figures.add(format!("renewal run, {engine}, {size} subscriptions"), rate, "invoices/s", batched);
    figures.add(format!("renewal run, {engine}, {size}, one a transaction"), rate, "invoices/s", one);
    rate
}

async fn page_figures(
    figures: &mut Figures,
    data: &Path,
    size: usize,
    invoices: usize,
    member: &str,
    wishes: &Wishes,
) -> Size {
    let count = if wishes.quick { 200 } else { 600 };
    let at = format!("{size} customers, {invoices} invoices");
    let panel = pages::serve(data).await.process;
    panel.rest().await;
    let (owner, customer) = (panel.owner().await, panel.sign_in(member).await);
    let file = data.join("page.html");
    let mut lists = Vec::new();
    let mut dashboard = 0.0;
    let mut asked = vec![(DASHBOARD.to_owned(), customer.clone())];
    for (path, session) in [(DASHBOARD, &customer)].into_iter().chain(STAFF_LISTS.map(|path| (path, &owner))) {
        let (cost, page) = pages::cost(&panel, path, session, count).await;
        std::fs::write(&file, &page).unwrap();
        let bare = pages::serve_bare(&file).await.process;
        let (floor, _) = pages::cost(&bare, "/", "", count * 10).await;
        figures.add(format!("page {path}, {at}"), cost, "CPU ms", floor);
        if path == DASHBOARD {
            dashboard = cost;
        } else {
            lists.push(cost);
            asked.push((path.to_owned(), owner.clone()));
        }
    }
    let each = if wishes.quick { 10 } else { 30 };
    let (slow, failed) = pages::p99(&panel, &asked, 64, each).await;
    let bare = pages::serve_bare(&file).await.process;
    let (floor, bare_failed) = pages::p99(&bare, &[("/".to_owned(), String::new())], 64, each * 10).await;
    figures.add(format!("p99 of 64 connections, {at}"), slow, "ms", floor);
    figures.add(format!("requests failed under 64 connections, {at}"), failed as f64, "requests", bare_failed as f64);
    drop((panel, bare));
    let (start, memory) = pages::start(data, 3).await;
    let (bare_start, bare_memory) = pages::start_bare(&file, 3).await;
    figures.add(format!("cold start to /readyz, {at}"), start, "ms", bare_start);
    figures.add(format!("idle memory, {at}"), memory, "MB", bare_memory);
    let list = lists.iter().sum::<f64>() / lists.len() as f64;
    Size { customers: size as f64, renewals: 0.0, page: dashboard, list, p99: slow, start, memory }
}

fn lines(growth: &[Size]) -> Vec<Line> {
    let line = |name: &str, unit: &str, of: &dyn Fn(&Size) -> f64| Line {
        name: format!("{name} ({unit})"),
        points: growth.iter().map(|size| (size.customers, of(size))).collect(),
    };
    vec![
        line("Renewals", "invoices/s", &|size| size.renewals),
        line("Customer dashboard", "CPU ms", &|size| size.page),
        line("Staff lists", "CPU ms", &|size| size.list),
        line("p99 of 64 connections", "ms", &|size| size.p99),
        line("Cold start", "ms", &|size| size.start),
        line("Idle memory", "MB", &|size| size.memory),
    ]
}
