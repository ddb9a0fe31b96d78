//! A record as an element, through serde: a struct is an element with one child a field, a list has one
//! `item` a value, everything else is text.

use std::fmt;

use serde::ser::{self, Serialize};

use super::escape;

/// The name of each value of a list.
pub(super) const ITEM: &str = "item";

/// A type that documents cannot hold. Only a change of the snapshot's types can bring it up.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unwritable(String);

impl ser::Error for Unwritable {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self(text.to_string())
    }
}

fn unwritable<T>(what: &str) -> Result<T, Unwritable> {
    Err(Unwritable(format!("{what} has no form in documents")))
}

/// Writes one value as the element `tag`.
pub(super) struct Element<'a> {
    pub(super) out: &'a mut Vec<u8>,
    pub(super) tag: &'static str,
}

impl Element<'_> {
    fn open(&mut self) {
        self.out.push(b'<');
        self.out.extend_from_slice(self.tag.as_bytes());
        self.out.push(b'>');
    }

    fn close(&mut self) {
        self.out.extend_from_slice(b"</");
        self.out.extend_from_slice(self.tag.as_bytes());
        self.out.push(b'>');
    }

    fn plain(mut self, text: impl fmt::Display) -> Result<(), Unwritable> {
        use std::io::Write;
        self.open();
        write!(self.out, "{text}").map_err(ser::Error::custom)?;
        self.close();
        Ok(())
    }
}

impl<'a> ser::Serializer for Element<'a> {
    type Ok = ();
    type Error = Unwritable;
    type SerializeSeq = Children<'a>;
    type SerializeTuple = ser::Impossible<(), Unwritable>;
    type SerializeTupleStruct = ser::Impossible<(), Unwritable>;
    type SerializeTupleVariant = ser::Impossible<(), Unwritable>;
    type SerializeMap = ser::Impossible<(), Unwritable>;
    type SerializeStruct = Children<'a>;
    type SerializeStructVariant = ser::Impossible<(), Unwritable>;

    fn serialize_str(mut self, text: &str) -> Result<(), Unwritable> {
        if text.is_empty() {
            self.out.push(b'<');
            self.out.extend_from_slice(self.tag.as_bytes());
            self.out.extend_from_slice(b"/>");
            return Ok(());
        }
        if escape::needs_escape(text) {
            self.out.push(b'<');
            self.out.extend_from_slice(self.tag.as_bytes());
            self.out.extend_from_slice(b" escaped=\"true\">");
            escape::write_text(self.out, &escape::escape(text));
        } else {
            self.open();
            escape::write_text(self.out, text);
        }
        self.close();
        Ok(())
    }

    fn serialize_bool(self, value: bool) -> Result<(), Unwritable> {
        self.plain(value)
    }

    fn serialize_i8(self, value: i8) -> Result<(), Unwritable> {
        self.plain(value)
    }

    fn serialize_i16(self, value: i16) -> Result<(), Unwritable> {
        self.plain(value)
    }

    fn serialize_i32(self, value: i32) -> Result<(), Unwritable> {
        self.plain(value)
    }

    fn serialize_i64(self, value: i64) -> Result<(), Unwritable> {
        self.plain(value)
    }

    fn serialize_u8(self, value: u8) -> Result<(), Unwritable> {
        self.plain(value)
    }

    fn serialize_u16(self, value: u16) -> Result<(), Unwritable> {
        self.plain(value)
    }

    fn serialize_u32(self, value: u32) -> Result<(), Unwritable> {
        self.plain(value)
    }

    fn serialize_u64(self, value: u64) -> Result<(), Unwritable> {
        self.plain(value)
    }

    fn serialize_f32(self, _value: f32) -> Result<(), Unwritable> {
        unwritable("a binary float")
    }

    fn serialize_f64(self, _value: f64) -> Result<(), Unwritable> {
        unwritable("a binary float")
    }

    fn serialize_char(self, value: char) -> Result<(), Unwritable> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_bytes(self, _value: &[u8]) -> Result<(), Unwritable> {
        unwritable("a row of bytes")
    }

    fn serialize_none(self) -> Result<(), Unwritable> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unwritable> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Unwritable> {
        unwritable("nothing")
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Unwritable> {
        unwritable("nothing")
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Unwritable> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Unwritable> {
        value.serialize(self)
    }

    /// A record: the element is named after its kind.
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Unwritable> {
        value.serialize(Element { out: self.out, tag: variant })
    }

    fn serialize_seq(mut self, _len: Option<usize>) -> Result<Children<'a>, Unwritable> {
        self.open();
        Ok(Children(self))
    }

    fn serialize_tuple(self, _len: usize) -> Result<Self::SerializeTuple, Unwritable> {
        unwritable("a tuple")
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Unwritable> {
        unwritable("a tuple")
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeTupleVariant, Unwritable> {
        unwritable("a tuple")
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<Self::SerializeMap, Unwritable> {
        unwritable("a map")
    }

    fn serialize_struct(mut self, _name: &'static str, _len: usize) -> Result<Children<'a>, Unwritable> {
        self.open();
        Ok(Children(self))
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeStructVariant, Unwritable> {
        unwritable("a variant with fields")
    }
}

/// An element that is open.
pub(super) struct Children<'a>(Element<'a>);

impl ser::SerializeStruct for Children<'_> {
    type Ok = ();
    type Error = Unwritable;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Unwritable> {
        value.serialize(Element { out: self.0.out, tag: name })
    }

    fn end(mut self) -> Result<(), Unwritable> {
        self.0.close();
        Ok(())
    }
}

impl ser::SerializeSeq for Children<'_> {
    type Ok = ();
    type Error = Unwritable;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
        value.serialize(Element { out: self.0.out, tag: ITEM })
    }

    fn end(mut self) -> Result<(), Unwritable> {
        self.0.close();
        Ok(())
    }
}
