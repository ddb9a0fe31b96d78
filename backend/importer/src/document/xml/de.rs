//! An element as a value, through serde. Children may come in any order; a child that the type does not
//! have is noted and read over.

use std::io::BufRead;

use serde::de::value::U64Deserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};

use super::super::tagged::find_field;
use super::events::{Events, Fault, Tag};
use super::ser::ITEM;

/// The element that was opened last; reading it reads its end as well.
pub(super) struct Element<'a, R>(pub(super) &'a mut Events<R>);

impl<R: BufRead> Element<'_, R> {
    /// A number or word: space around it means nothing.
    fn word(&mut self) -> Result<&str, Fault> {
        self.0.leaf()?;
        Ok(self.0.text.trim_ascii())
    }

    fn number<T: std::str::FromStr>(&mut self) -> Result<T, Fault> {
        self.word()?.parse().map_err(|_not_a_number| Fault::custom("not a whole number in its range"))
    }
}

impl<'de, R: BufRead> Deserializer<'de> for Element<'_, R> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.0.leaf()?;
        visitor.visit_str(&self.0.text)
    }

    fn deserialize_bool<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Fault> {
        match self.word()? {
            "true" | "1" => visitor.visit_bool(true),
            "false" | "0" => visitor.visit_bool(false),
            _ => Err(Fault::custom("neither true nor false")),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Fault> {
        let number = self.number()?;
        visitor.visit_i64(number)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_i16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_i8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Fault> {
        let number = self.number()?;
        visitor.visit_u64(number)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_u64(visitor)
    }

    /// An element that is there has a value, be it empty.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_seq(Items(self.0))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_map(Children { events: self.0, fields, next: 0, field: "" })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        mut self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let word = self.word()?;
        visitor.visit_enum(IntoDeserializer::<Fault>::into_deserializer(word))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let depth = self.0.depth.saturating_sub(1);
        self.0.skip_to(depth)?;
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple tuple_struct map identifier
    }
}

/// The children of a struct.
struct Children<'a, R> {
    events: &'a mut Events<R>,
    fields: &'static [&'static str],
    next: usize,
    field: &'static str,
}

impl<'de, R: BufRead> MapAccess<'de> for Children<'_, R> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        loop {
            match self.events.next_tag()? {
                Tag::Open => {}
                Tag::Close | Tag::End => return Ok(None),
            }
            if let Some((index, field)) = find_field(self.fields, &self.events.name, self.next) {
                self.next = index.saturating_add(1);
                self.field = field;
                let index = u64::try_from(index).unwrap_or(u64::MAX);
                return seed.deserialize(U64Deserializer::new(index)).map(Some);
            }
            self.events.lose("an element")?;
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        self.events.notes.trail.push(self.field);
        // Where this fails the trail stays, and says where.
        let value = seed.deserialize(Element(self.events))?;
        self.events.notes.trail.pop();
        Ok(value)
    }
}

/// The values of a list.
struct Items<'a, R>(&'a mut Events<R>);

impl<'de, R: BufRead> SeqAccess<'de> for Items<'_, R> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        loop {
            match self.0.next_tag()? {
                Tag::Open => {}
                Tag::Close | Tag::End => return Ok(None),
            }
            if self.0.name == ITEM.as_bytes() {
                self.0.notes.trail.push(ITEM);
                let value = seed.deserialize(Element(self.0))?;
                self.0.notes.trail.pop();
                return Ok(Some(value));
            }
            self.0.lose("an element")?;
        }
    }
}
