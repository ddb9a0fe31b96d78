//! Writes every part in all its states as pages into a folder, with the assets,
//! to be looked at: `cargo run -p hostwright-frontend --example gallery -- FOLDER`.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "sample data for developers")]

use std::path::Path;
use std::time::Instant as Stopwatch;

use hostwright_frontend::page::{Area, Notice, Page, Theme, Tone, Undo, Viewer};
use hostwright_frontend::ui::assets;
use hostwright_kernel::{Day, Instant, Money};
use hostwright_panel::auth::policy::Action;
use hostwright_panel::platform::texts::{Locale, Texts};
use jiff::tz::TimeZone;

mod forms;
mod parts;
mod portal;
mod staff;

/// A page function: a name, the area, the path, and how it is drawn.
type Drawn = (&'static str, Area, &'static str, fn(&mut Page) -> String);

const PAGES: &[Drawn] = &[
    ("dashboard", Area::Staff, "/staff", staff::dashboard),
    ("customers", Area::Staff, "/staff/customers?filter=overdue", staff::customers),
    ("customer", Area::Staff, "/staff/customers/cus_1", staff::customer),
    ("server", Area::Staff, "/staff/servers/srv_1", staff::server),
    ("ticket", Area::Staff, "/staff/tickets/tkt_1", staff::ticket),
    ("empty", Area::Staff, "/staff/orders", parts::empty),
    ("parts", Area::Staff, "/staff/settings", parts::parts),
    ("form", Area::Staff, "/staff/customers/new", forms::refused),
    ("portal-servers", Area::Portal, "/portal/servers", portal::servers),
    ("order", Area::Portal, "/portal/servers/new", portal::order),
    ("invoice", Area::Portal, "/portal/invoices/inv_1", portal::invoice),
    ("sign-in", Area::Auth, "/sign-in", forms::sign_in),
    ("setup", Area::Setup, "/setup", forms::setup),
];

fn main() {
    let folder = std::env::args().nth(1).expect("name a folder");
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder).unwrap();
    let texts = Texts::embedded().unwrap();
    for (name, area, path, draw) in PAGES {
        for theme in [Theme::Light, Theme::Dark] {
            let mut page = page(&texts, *area, path, theme);
            let html = draw(&mut page);
            std::fs::write(folder.join(format!("{name}-{}.html", theme.name())), html).unwrap();
        }
        let mut page = page(&texts, *area, path, Theme::Light);
        page.locale = Locale::De;
        std::fs::write(folder.join(format!("{name}-de.html")), draw(&mut page)).unwrap();

        let watch = Stopwatch::now();
        let rounds = 200;
        for _ in 0..rounds {
            let mut page = crate::page(&texts, *area, path, Theme::Light);
            std::hint::black_box(draw(&mut page));
        }
        println!("{name}: {:?} each", watch.elapsed() / rounds);
    }
    let base = folder.join("assets").join(assets::version());
    for name in [
        "css/hostwright.css",
        "css/icons.css",
        "js/main.js",
        "js/copy.js",
        "js/search.js",
        "js/menu.js",
        "js/chart.js",
        "js/live.js",
        "icons/favicon.svg",
        "brand/0f766e.css",
    ] {
        let asset = assets::get(name).unwrap();
        let file = base.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, asset.bytes).unwrap();
    }
}

fn page(texts: &Texts, area: Area, path: &str, theme: Theme) -> Page {
    let mut page = Page::new(texts.clone(), area, path);
    page.zone = TimeZone::get("Europe/Berlin").unwrap();
    page.theme = theme;
    page.csrf = "c5rf".to_owned();
    page.brand.name = "Nordlicht Hosting".to_owned();
    if matches!(area, Area::Staff | Area::Portal) {
        page.viewer = Some(Viewer {
            name: "Ada Brandt".to_owned(),
            email: "ada@nordlicht.example".to_owned(),
            kind: if area == Area::Staff { "Owner" } else { "Brandt Werbung GmbH" }.to_owned(),
            may: Action::ALL.iter().map(|action| action.name()).collect(),
        });
        page.counts.insert("tickets".to_owned(), 3);
        page.counts.insert("tasks".to_owned(), 1);
    }
    page
}

fn eur(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().unwrap())
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn notice_with_undo() -> Notice {
    Notice {
        tone: Tone::Good,
        text: "Server web-03 was deleted. Its disk is kept until 10 May 2026.".to_owned(),
        undo: Some(Undo {
            action: "servers.restore".to_owned(),
            fields: vec![("server".to_owned(), "srv_3".to_owned())],
        }),
    }
}
