//! A record as serde sees it: its kind, and behind it the value.

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, VariantAccess, Visitor};
use serde::forward_to_deserialize_any;

/// A value whose kind is already known, shown as the externally tagged enum that [`crate::Record`] is.
pub(super) struct Tagged<D> {
    pub(super) name: &'static str,
    pub(super) value: D,
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Tagged<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        visitor.visit_enum(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, D: Deserializer<'de>> EnumAccess<'de> for Tagged<D> {
    type Error = D::Error;
    type Variant = Behind<D>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Behind<D>), D::Error> {
        let name = seed.deserialize(StrDeserializer::new(self.name))?;
        Ok((name, Behind(self.value)))
    }
}

/// The value behind the kind.
pub(super) struct Behind<D>(D);

impl<'de, D: Deserializer<'de>> VariantAccess<'de> for Behind<D> {
    type Error = D::Error;

    fn unit_variant(self) -> Result<(), D::Error> {
        Err(D::Error::custom("a record has fields"))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, D::Error> {
        seed.deserialize(self.0)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, _visitor: V) -> Result<V::Value, D::Error> {
        Err(D::Error::custom("a record has fields"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, D::Error> {
        Err(D::Error::custom("a record has fields"))
    }
}

/// Finds a field by name. Fields nearly always come in the order of their declaration, so the search
/// begins behind the last one found.
pub(super) fn find_field(fields: &'static [&'static str], name: &[u8], hint: usize) -> Option<(usize, &'static str)> {
    let found = |(_, field): &(usize, &&str)| field.as_bytes() == name;
    let (index, field) = fields
        .iter()
        .enumerate()
        .skip(hint)
        .find(found)
        .or_else(|| fields.iter().enumerate().take(hint).find(found))?;
    Some((index, field))
}
