//! The snapshot's types as serde shows them: learnt from their `Deserialize`, so that the schema, the
//! documentation and the random values of the tests know every field that anybody adds.

mod entropy;
mod maker;
mod schema;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde::Deserialize;

use crate::document::Header;
use crate::snapshot::values::Extra;
use crate::{Entry, Gap, Kind, Record};
pub use entropy::Entropy;
use maker::{Maker, Missed};

/// What a text must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    Text,
    Day,
    Instant,
    Currency,
    Amount,
    Cycle,
}

impl Class {
    /// In the order in which they are tried: a type that takes a free text is a text.
    const ALL: [Self; 6] = [Self::Text, Self::Day, Self::Instant, Self::Currency, Self::Amount, Self::Cycle];
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    Text(Class),
    Bool,
    U32,
    U64,
    Struct(&'static str),
    Choice(&'static str),
    List(Box<Shape>),
}

/// All types, by their Rust name.
#[derive(Debug, Clone, Default)]
pub struct Shapes {
    /// Fields in the order of their declaration.
    pub structs: BTreeMap<&'static str, Vec<&'static str>>,
    /// The words of each enum.
    pub choices: BTreeMap<&'static str, &'static [&'static str]>,
    /// By `Struct.field`.
    pub fields: BTreeMap<String, Shape>,
    /// `Struct.field` of the fields that must be there.
    pub required: BTreeSet<String>,
    /// The struct of each kind of record.
    pub records: BTreeMap<Kind, &'static str>,
    /// `Struct.field` of the fields that were left out once.
    tried: BTreeSet<String>,
    /// By `Struct.field`, with `[]` behind it for the values of a list.
    classes: BTreeMap<String, Class>,
}

impl Shapes {
    /// All types of documents, learnt once.
    pub fn learn() -> Self {
        static LEARNT: OnceLock<Shapes> = OnceLock::new();
        LEARNT.get_or_init(Self::learn_all).clone()
    }

    fn learn_all() -> Self {
        let mut shapes = Self::default();
        for kind in Kind::ALL {
            let root = shapes.learn_one(|maker| Record::deserialize(maker).map(drop), Some(kind.as_str()));
            shapes.records.insert(*kind, root);
        }
        shapes.learn_one(|maker| Gap::deserialize(maker).map(drop), None);
        shapes.learn_one(|maker| Extra::deserialize(maker).map(drop), None);
        shapes.learn_one(|maker| Header::deserialize(maker).map(drop), None);
        shapes
    }

    /// Tries until every text of the type has its class, then leaves each field out once.
    fn learn_one(
        &mut self,
        make: impl Fn(Maker<'_, '_>) -> Result<(), Missed>,
        record: Option<&'static str>,
    ) -> &'static str {
        let mut tries = 0;
        let root = loop {
            tries += 1;
            let mut seen = maker::Seen::new(self, record);
            let result = make(Maker::new(&mut seen, String::new()));
            let (last, root) = (seen.last_text.clone(), seen.root);
            seen.keep();
            match result {
                Ok(()) => break root,
                Err(missed) => {
                    let class = self.classes.get(&last).copied().unwrap_or(Class::Text);
                    let next = Class::ALL.iter().skip_while(|one| **one != class).nth(1);
                    let next = next.unwrap_or_else(|| panic!("{last}: no known text fits: {missed}"));
                    self.classes.insert(last, *next);
                    assert!(tries < 1_000, "the types are not learnt");
                }
            }
        };
        let own: Vec<String> = self.fields.keys().filter(|key| self.tried.insert((*key).clone())).cloned().collect();
        for field in own {
            let mut seen = maker::Seen::new(self, record);
            seen.left_out = Some(field.clone());
            if make(Maker::new(&mut seen, String::new())).is_err() {
                self.required.insert(field);
            }
        }
        root
    }

    /// An entry with every field, two values in every list.
    pub fn full(&mut self, kind: Kind) -> Record {
        let mut seen = maker::Seen::new(self, Some(kind.as_str()));
        Record::deserialize(Maker::new(&mut seen, String::new())).expect("learnt")
    }

    /// A record, as the bytes decide.
    pub fn record(&mut self, kind: Kind, entropy: Entropy) -> Record {
        let mut seen = maker::Seen::new(self, Some(kind.as_str()));
        seen.entropy = Some(entropy);
        Record::deserialize(Maker::new(&mut seen, String::new())).expect("learnt")
    }

    /// Any entry, as the bytes decide.
    pub fn entry(&mut self, mut entropy: Entropy) -> Entry {
        let kinds = Kind::ALL.len();
        match entropy.below(kinds + 2) {
            0 => Entry::Gap(self.any(entropy)),
            1 => Entry::Fact(self.any(entropy)),
            n => Entry::Record(self.record(Kind::ALL[n - 2], entropy)),
        }
    }

    /// Any value of a type, as the bytes decide.
    pub fn any<T: for<'de> Deserialize<'de>>(&mut self, entropy: Entropy) -> T {
        let mut seen = maker::Seen::new(self, None);
        seen.entropy = Some(entropy);
        T::deserialize(Maker::new(&mut seen, String::new())).expect("learnt")
    }
}
