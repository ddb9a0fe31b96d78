//! Servers that come and go by chance, all at once: no address ever has two owners,
//! and no server that was given one has none.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use hostwright_panel::addresses::commands::{self, ReleaseAddress, ReserveAddress};
use hostwright_panel::addresses::model::Family;
use hostwright_panel::addresses::queries::{self, ListAddresses};
use hostwright_panel::nodes::model::NodeId;
use hostwright_panel::platform::error::{Error, Result};
use hostwright_panel::platform::{Db, Tx};
use hostwright_tests::{World, on_both_engines};
use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};

use super::room::{counts, pool};
use super::*;

/// Hands that each live their own life.
const LIVES: usize = 16;
/// What each does.
const STEPS: usize = 40;

/// Who has which address, as told to the owners.
type Book = Arc<Mutex<BTreeMap<String, String>>>;

/// One hand with its own chance.
struct Life {
    db: Db,
    call: Call,
    runtime: tokio::runtime::Handle,
    clock: hostwright_kernel::ManualClock,
    book: Book,
    chance: TestRng,
    server: String,
    held: Option<String>,
}

impl Life {
    fn dice(&mut self, sides: u32) -> u32 {
        self.chance.next_u32() % sides
    }

    fn step(&mut self) {
        match (self.dice(8), self.held.is_some()) {
            (0..=3, false) => self.take(),
            (0..=3, true) => self.give_back(),
            (4, false) => self.fail(),
            (5, _) => {
                self.clock.advance_days(1);
                self.db.write_now(commands::free_cooled_in).unwrap();
            }
            _ => self.meddle(),
        }
    }

    fn take(&mut self) {
        let outcome = self.db.write_now(|tx| commands::take_in(tx, &NodeId::new(), &self.server, Family::V4));
        match outcome {
            Ok(address) => {
                let text = address.address.to_string();
                let before = self.book.lock().unwrap().insert(text.clone(), self.server.clone());
                assert_eq!(before, None, "{text} has two owners");
                self.held = Some(text);
            }
            Err(error) => assert!(error.is("addresses.none_free"), "{error}"),
        }
        self.check();
    }

    fn give_back(&mut self) {
        self.check();
        let held = self.held.take().unwrap();
        // Struck out before it is given back: from then on it may be anybody's.
        self.book.lock().unwrap().remove(&held);
        let freed = self.db.write_now(|tx| commands::release_in(tx, &self.server, tx.now())).unwrap();
        assert_eq!(freed, 1, "{} lost {held}", self.server);
    }

    /// An order that comes to nothing after it took an address.
    fn fail(&mut self) {
        let failed: Result<()> = self.db.write_now(|tx| {
            commands::take_in(tx, &NodeId::new(), &self.server, Family::V4)?;
            Err(Error::internal("the order failed"))
        });
        assert!(failed.is_err());
        self.check();
    }

    /// Staff keeps an address out and makes one free, whichever they see.
    fn meddle(&mut self) {
        let all = self.runtime.block_on(queries::list(&self.call, ListAddresses::default())).unwrap().items;
        let picked = self.dice(u32::try_from(all.len()).unwrap());
        let id = all[usize::try_from(picked).unwrap()].id.clone();
        let kept = self.runtime.block_on(commands::reserve(&self.call, ReserveAddress { address_id: id.clone() }));
        let freed = self.runtime.block_on(commands::release(&self.call, ReleaseAddress { address_id: id }));
        for outcome in [kept, freed] {
            if let Err(error) = outcome {
                assert!(error.is("addresses.not_free") || error.is("addresses.not_held"), "{error}");
            }
        }
    }

    /// What the database says is what this server was told: its one address, or none.
    fn check(&self) {
        let has = self.db.read_now(|tx| held_by(tx, &self.server)).unwrap();
        assert_eq!(has, self.held.iter().cloned().collect::<Vec<_>>(), "{}", self.server);
    }
}

fn held_by(tx: &mut Tx<'_>, server: &str) -> Result<Vec<String>> {
    Ok(queries::of_server_in(tx, server)?.into_iter().map(|address| address.address.to_string()).collect())
}

/// Lets sixteen lives happen at once on two panels; any run can be had again by its
/// seed, as far as the machine's own timing allows.
async fn live(world: &World, seed: u8) {
    let beside = world.beside();
    let book = Book::default();
    let runtime = tokio::runtime::Handle::current();
    let lives: Vec<Life> = (0..LIVES)
        .map(|number| {
            let mut bytes = [seed; 32];
            bytes[0] = u8::try_from(number).unwrap();
            Life {
                db: if number % 2 == 0 { world.db.clone() } else { beside.db.clone() },
                call: world.owner(),
                runtime: runtime.clone(),
                clock: world.clock.clone(),
                book: Arc::clone(&book),
                chance: TestRng::from_seed(RngAlgorithm::ChaCha, &bytes),
                server: format!("srv_{number}"),
                held: None,
            }
        })
        .collect();
    let barrier = Arc::new(std::sync::Barrier::new(LIVES));
    let threads: Vec<_> = lives
        .into_iter()
        .map(|mut life| {
            let barrier = Arc::clone(&barrier);
            std::thread::spawn(move || {
                barrier.wait();
                (0..STEPS).for_each(|_| life.step());
                life.check();
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap_or_else(|_| panic!("a life ended badly with seed {seed}"));
    }
    let left = counts(world).await;
    assert_eq!(left.free + left.reserved + left.assigned + left.cooling, 13, "seed {seed}");
    assert_eq!(usize::try_from(left.assigned).unwrap(), book.lock().unwrap().len(), "seed {seed}");
}

on_both_engines! {
    async fn sixteen_lives_by_chance_give_no_address_two_owners_and_lose_none(world) {
        // Fewer addresses than lives.
        pool(world, "192.0.2.0/28", "192.0.2.1").await;
        live(world, 1).await;
    }
}
