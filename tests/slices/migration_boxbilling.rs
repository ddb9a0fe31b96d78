//! Moving in from a real installation: the rows of BoxBilling's own test database, end to end.

use std::path::Path;

use hostwright_importer::Entry;
use hostwright_importer::sources::{Input, SourceKind};
use hostwright_tests::on_both_engines;
use serde_json::{Value, json};

use super::migration::step;
use super::migration_transfer::{count, inventory, ready_with, report, transferred, transferred_in_pieces};

/// The rows as the reader delivers them; nothing, with a message, where the dump is absent.
fn rows() -> Option<Vec<Entry>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures/fossbilling/boxbilling-2023");
    if !folder.is_dir() {
        println!("skipped: {} is not there", folder.display());
        return None;
    }
    let mut entries: Vec<Entry> = Vec::new();
    let input = Input { currency: Some("USD".parse().unwrap()), ..Input::of(vec![folder]) };
    SourceKind::Fossbilling.read(&input, &mut entries).unwrap();
    Some(entries)
}

/// Every record is accounted for on both sides, and every sum is equal.
fn proved(report: &Value) {
    let reasons = report["reasons"].as_array().unwrap();
    for row in report["counts"].as_array().unwrap() {
        let of_kind = reasons.iter().filter(|reason| reason["kind"] == row["kind"]);
        let named: i64 = of_kind.map(|reason| reason["count"].as_i64().unwrap()).sum();
        assert_eq!(row["missing"].as_i64(), Some(named), "what is not here has a reason: {row} {reasons:?}");
    }
    for row in report["money"].as_array().unwrap() {
        assert_eq!(row["difference"]["minor"], 0, "{row}");
    }
}

on_both_engines! {
    async fn a_real_boxbilling_moves_in_whole_twice_and_out_again(world) {
        let Some(entries) = rows() else { return };
        let id = ready_with(world, entries).await;
        let before = inventory(world).await;
        let view = transferred(world, &id).await;
        assert_eq!(step(&view, "transfer")["state"], "done", "{view}");
        let told = report(world, &id).await;
        proved(&told);
        assert_eq!(count(&told, "party", "here"), 2, "{told}");
        let here = inventory(world).await;
        transferred(world, &id).await;
        assert_eq!(here, inventory(world).await, "a second run adds nothing");
        assert_eq!(told["digest"], report(world, &id).await["digest"]);
        assert_eq!(world.breaks().await, Vec::<String>::new());

        world.done(&world.owner(), "migration.undo", json!({ "source_id": id })).await;
        world.settle().await;
        let after = inventory(world).await;
        for (name, value) in before.as_object().unwrap().iter().filter(|(name, _)| *name != "ledger") {
            assert_eq!(value, &after[name], "{name} is as it was");
        }
        assert_eq!(report(world, &id).await["left"], 0);
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }

    async fn a_real_boxbilling_killed_at_20_moments_comes_to_the_same(world) {
        let Some(entries) = rows() else { return };
        let id = ready_with(world, entries).await;
        let view = transferred_in_pieces(world, &id).await;
        assert_eq!(step(&view, "transfer")["state"], "done", "{view}");
        let killed = report(world, &id).await;
        proved(&killed);
        let here = inventory(world).await;
        transferred(world, &id).await;
        assert_eq!(here, inventory(world).await, "nothing was left for an undisturbed run");
        assert_eq!(killed["digest"], report(world, &id).await["digest"]);
    }
}
