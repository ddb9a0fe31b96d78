//! Parts of a transaction that may be refused without taking the rest with them.

use hostwright_panel::auth::call::Changed;
use hostwright_panel::auth::policy::Action;
use hostwright_panel::platform::{Error, Tx, settings};
use hostwright_tests::on_both_engines;

on_both_engines! {
    async fn a_part_that_is_taken_back_takes_nothing_beside_it(world) {
        let refuse = || Err::<(), Error>(Error::internal("refused"));
        let put = |tx: &mut Tx<'_>, key: &str| settings::put(tx, key, &1_i64);
        world
            .db
            .write_now(|tx| {
                tx.apart(|tx| put(tx, "part.first"))?;
                put(tx, "part.between")?;
                let outer = tx.apart(|tx| {
                    put(tx, "part.outer")?;
                    tx.apart(|tx| put(tx, "part.inner"))?;
                    refuse()
                });
                assert!(outer.is_err());
                tx.apart(|tx| {
                    tx.apart(|tx| put(tx, "part.nested"))?;
                    let inner = tx.apart(|tx| put(tx, "part.gone").and_then(|()| refuse()));
                    assert!(inner.is_err());
                    tx.apart(|tx| put(tx, "part.last"))
                })
            })
            .unwrap();
        let names = ["first", "between", "outer", "inner", "nested", "gone", "last"];
        let there = names.map(|name| {
            let key = format!("part.{name}");
            world.db.read_now(|tx| settings::get::<i64>(tx, &key)).unwrap().is_some()
        });
        assert_eq!(there, [true, true, false, false, true, false, true]);
    }

    async fn what_waits_for_the_end_of_a_reading_is_refused_and_not_lost(world) {
        let call = world.owner();
        let noted = |tx: &mut Tx<'_>| {
            call.record_all(tx, Action::CreateCustomer, vec![Changed::new("cus_1", ())]);
            Ok(())
        };
        assert!(world.db.read_now(noted).is_err(), "nothing is written where only reading is allowed");
        assert!(world.db.write_now(noted).is_ok());
    }
}
