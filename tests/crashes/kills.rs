//! A few kills of real processes while the demo's job begins; `cargo xtask chaos`
//! kills many, while it is done whole.

use xtask::chaos::{self, Measure};
use xtask::demo::{Extent, Wishes};
use xtask::packages::Consent;

#[test]
fn a_panel_and_a_libvirtd_that_are_killed_come_back_to_what_they_did() {
    let measure = Measure { seed: 5, panel_kills: 3, libvirtd_kills: 1, libvirtd_stops: 0 };
    let wishes = Wishes { once: true, postgres: false, debian: false, harried: true, consent: Consent::Ask };
    let happened = chaos::harry(measure, wishes, Extent::UntilTheyRun).unwrap();
    println!("{}", chaos::table(&happened));
    assert_eq!(happened.iter().map(|one| one.signals).sum::<usize>(), 4);
    chaos::judge(&happened).unwrap();
}
