//! Lets serde read values with keys that the type does not have: they are noted and read over.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::U64Deserializer;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::super::notes::Notes;
use super::super::tagged::find_field;

/// The notes, and where in the document the entry begins.
pub(super) struct Margin<'n> {
    pub(super) notes: &'n mut Notes,
    pub(super) at: u64,
}

impl Margin<'_> {
    fn again(&mut self) -> Margin<'_> {
        Margin { notes: self.notes, at: self.at }
    }
}

/// A deserializer (or seed, visitor, access) that notes what is unknown.
pub(super) struct Tolerant<'n, T> {
    pub(super) inner: T,
    pub(super) margin: Margin<'n>,
}

impl<'de, T: DeserializeSeed<'de>> DeserializeSeed<'de> for Tolerant<'_, T> {
    type Value = T::Value;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<T::Value, D::Error> {
        self.inner.deserialize(Tolerant { inner: input, margin: self.margin })
    }
}

macro_rules! pass_on {
    ($($method:ident)+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method(visitor)
        })+
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Tolerant<'_, D> {
    type Error = D::Error;

    pass_on! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64
        deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf
        deserialize_unit deserialize_map deserialize_identifier deserialize_ignored_any
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_option(Tolerant { inner: visitor, margin: self.margin })
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_unit_struct(name, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_newtype_struct(name, Tolerant { inner: visitor, margin: self.margin })
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_seq(Tolerant { inner: visitor, margin: self.margin })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_tuple(len, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_tuple_struct(name, len, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_struct(name, fields, Struct { visitor, fields, margin: self.margin })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_enum(name, variants, visitor)
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Tolerant<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, input: D) -> Result<V::Value, D::Error> {
        self.inner.visit_some(Tolerant { inner: input, margin: self.margin })
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, input: D) -> Result<V::Value, D::Error> {
        self.inner.visit_newtype_struct(Tolerant { inner: input, margin: self.margin })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, values: A) -> Result<V::Value, A::Error> {
        self.inner.visit_seq(Tolerant { inner: values, margin: self.margin })
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Tolerant<'_, A> {
    type Error = A::Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, A::Error> {
        self.inner.next_element_seed(Tolerant { inner: seed, margin: self.margin.again() })
    }
}

struct Struct<'n, V> {
    visitor: V,
    fields: &'static [&'static str],
    margin: Margin<'n>,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Struct<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let Self { visitor, fields, margin } = self;
        visitor.visit_map(Fields { map, fields, next: 0, field: "", margin })
    }
}

struct Fields<'n, A> {
    map: A,
    fields: &'static [&'static str],
    next: usize,
    field: &'static str,
    margin: Margin<'n>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Fields<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(key) = self.map.next_key::<Cow<'de, str>>()? {
            if let Some((index, field)) = find_field(self.fields, key.as_bytes(), self.next) {
                self.next = index.saturating_add(1);
                self.field = field;
                let index = u64::try_from(index).unwrap_or(u64::MAX);
                return seed.deserialize(U64Deserializer::new(index)).map(Some);
            }
            self.margin.notes.lose("a key", key.as_bytes(), self.margin.at);
            self.map.next_value::<IgnoredAny>()?;
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.margin.notes.trail.push(self.field);
        // Where this fails the trail stays, and says where.
        let value = self.map.next_value_seed(Tolerant { inner: seed, margin: self.margin.again() })?;
        self.margin.notes.trail.pop();
        Ok(value)
    }
}
