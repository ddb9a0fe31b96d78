//! A deserializer without input: it makes the values that it is asked for, and remembers what was asked.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};

use super::{Class, Entropy, Shape, Shapes};
use crate::document::tagged::Tagged;

#[derive(Debug)]
pub struct Missed(String);

impl fmt::Display for Missed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Missed {}

impl serde::de::Error for Missed {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self(text.to_string())
    }
}

/// One making.
pub struct Seen<'s> {
    shapes: &'s mut Shapes,
    fields: Vec<(String, Shape)>,
    record: Option<&'static str>,
    pub left_out: Option<String>,
    pub entropy: Option<Entropy>,
    pub last_text: String,
    pub root: &'static str,
}

impl<'s> Seen<'s> {
    pub fn new(shapes: &'s mut Shapes, record: Option<&'static str>) -> Self {
        Self { shapes, fields: Vec::new(), record, left_out: None, entropy: None, last_text: String::new(), root: "" }
    }

    /// Keeps what was seen.
    pub fn keep(self) {
        for (key, shape) in self.fields {
            let (key, lists) = (key.trim_end_matches("[]").to_owned(), key.matches("[]").count());
            let shape = (0..lists).fold(shape, |shape, _| Shape::List(Box::new(shape)));
            self.shapes.fields.insert(key, shape);
        }
    }

    fn saw(&mut self, key: &str, shape: Shape) {
        if !key.is_empty() {
            self.fields.push((key.to_owned(), shape));
        }
    }
}

/// Makes the value of one field, named `Struct.field`.
pub struct Maker<'a, 's> {
    seen: &'a mut Seen<'s>,
    key: String,
}

impl<'a, 's> Maker<'a, 's> {
    pub fn new(seen: &'a mut Seen<'s>, key: String) -> Self {
        Self { seen, key }
    }

    fn number(&mut self, shape: Shape, most: u64) -> u64 {
        self.seen.saw(&self.key, shape);
        self.seen.entropy.as_mut().map_or(7, Entropy::number).min(most)
    }

    fn text(&mut self) -> String {
        let class = self.seen.shapes.classes.get(&self.key).copied().unwrap_or(Class::Text);
        self.seen.saw(&self.key, Shape::Text(class));
        self.seen.last_text.clone_from(&self.key);
        match self.seen.entropy.as_mut() {
            None => match class {
                Class::Text => "a <text> & more",
                Class::Day => "2026-05-03",
                Class::Instant => "2026-05-03T12:05:00.000000Z",
                Class::Currency => "EUR",
                Class::Amount => "EUR 12.50",
                Class::Cycle => "P1M",
            }
            .to_owned(),
            Some(entropy) => match class {
                Class::Text if self.key.ends_with(".id") => format!("id{}", entropy.text()),
                Class::Text => entropy.text(),
                Class::Day => format!(
                    "{:04}-{:02}-{:02}",
                    1 + entropy.number() % 9_999,
                    1 + entropy.below(12),
                    1 + entropy.below(28)
                ),
                Class::Instant => format!(
                    "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
                    1 + entropy.number() % 9_998,
                    1 + entropy.below(12),
                    1 + entropy.below(28),
                    entropy.below(24),
                    entropy.below(60),
                    entropy.below(60),
                    entropy.number() % 1_000_000
                ),
                Class::Currency => (*entropy.pick(&["EUR", "USD", "JPY", "KWD"])).to_owned(),
                Class::Amount => {
                    let sign = if entropy.coin() { "-" } else { "" };
                    let fraction = entropy.pick(&["", ".5", ".00", ".005", ".1234567890"]);
                    format!(
                        "{} {sign}{}{fraction}",
                        entropy.pick(&["EUR", "JPY"]),
                        entropy.number() % 1_000_000_000_000
                    )
                }
                Class::Cycle => {
                    (*entropy.pick(&["free", "once", "P1M", "P3M", "P1Y", "P1W", "P30D", "P100Y"])).to_owned()
                }
            },
        }
    }
}

impl<'de> Deserializer<'de> for Maker<'_, '_> {
    type Error = Missed;

    fn deserialize_any<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Missed> {
        let text = self.text();
        visitor.visit_string(text)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Missed> {
        self.seen.saw(&self.key, Shape::Bool);
        visitor.visit_bool(self.seen.entropy.as_mut().is_none_or(Entropy::coin))
    }

    fn deserialize_u32<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Missed> {
        visitor.visit_u64(self.number(Shape::U32, u64::from(u32::MAX)))
    }

    fn deserialize_u64<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Missed> {
        visitor.visit_u64(self.number(Shape::U64, u64::MAX))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Missed> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Missed> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Missed> {
        // An empty list is not written, so that it cannot come back as one that is there.
        let left = self.seen.entropy.as_mut().map_or(2, |entropy| 1 + entropy.below(3));
        visitor.visit_seq(List { seen: self.seen, key: self.key + "[]", left })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Missed> {
        self.seen.saw(&self.key, Shape::Struct(name));
        self.seen.shapes.structs.insert(name, fields.to_vec());
        if self.seen.root.is_empty() {
            self.seen.root = name;
        }
        visitor.visit_map(Fields { seen: self.seen, name, fields: fields.iter(), field: "" })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Missed> {
        if name == "Record" {
            let kind = self.seen.record.expect("a record is asked for by its kind");
            return visitor.visit_enum(Tagged { name: kind, value: self });
        }
        self.seen.saw(&self.key, Shape::Choice(name));
        self.seen.shapes.choices.insert(name, variants);
        let word = match self.seen.entropy.as_mut() {
            Some(entropy) => entropy.pick(variants),
            None => variants.last().expect("an enum has variants"),
        };
        visitor.visit_enum(IntoDeserializer::<Missed>::into_deserializer(*word))
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i64 u8 u16 f32 f64 char str string bytes byte_buf unit unit_struct tuple tuple_struct map
        identifier ignored_any
    }
}

struct List<'a, 's> {
    seen: &'a mut Seen<'s>,
    key: String,
    left: usize,
}

impl<'de> SeqAccess<'de> for List<'_, '_> {
    type Error = Missed;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Missed> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        seed.deserialize(Maker::new(self.seen, self.key.clone())).map(Some)
    }
}

struct Fields<'a, 's> {
    seen: &'a mut Seen<'s>,
    name: &'static str,
    fields: std::slice::Iter<'static, &'static str>,
    field: &'static str,
}

impl<'de> MapAccess<'de> for Fields<'_, '_> {
    type Error = Missed;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Missed> {
        for field in self.fields.by_ref() {
            let key = format!("{}.{field}", self.name);
            let is_required = self.seen.shapes.required.contains(&key);
            let is_out = match self.seen.entropy.as_mut() {
                Some(entropy) => !is_required && !entropy.coin(),
                None => self.seen.left_out.as_deref() == Some(&key),
            };
            if !is_out {
                self.field = field;
                return seed.deserialize(StrDeserializer::new(field)).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Missed> {
        seed.deserialize(Maker::new(self.seen, format!("{}.{}", self.name, self.field)))
    }
}
