//! Prefixed UUIDv7 ids: `inv_018f3c...`, sortable by time of making.
//!
//! This is the one place where ids and random tokens are made.
#![allow(clippy::disallowed_methods, reason = "this is the place that they are allowed in")]

use rand::TryRngCore;

/// The text is not an id of this kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id that starts with '{0}_'")]
pub struct BadId(pub &'static str);

/// Whether `text` is `prefix_` followed by 32 lower-case hexadecimal digits.
#[must_use]
pub fn is_well_formed(prefix: &str, text: &str) -> bool {
    text.strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        .is_some_and(|hex| hex.len() == 32 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)))
}

/// A new id text with this prefix.
#[must_use]
pub fn fresh(prefix: &str) -> String {
    format!("{prefix}_{}", uuid::Uuid::now_v7().simple())
}

/// A random UUID (version 4) in its usual form, for libvirt domains.
#[must_use]
pub fn random_uuid() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// `N` bytes from the operating system's random source.
///
/// # Panics
/// When the operating system has no random source, as then no secret can be made.
#[must_use]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0u8; N];
    #[expect(clippy::expect_used, reason = "without randomness no secret may be made")]
    rand::rngs::OsRng.try_fill_bytes(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// Serde, OpenAPI and diesel (`Text`) for a value with `Display` and `FromStr`
/// that is kept as short text.
#[macro_export]
#[doc(hidden)]
macro_rules! __text_value {
    ($name:ident, $schema:expr, $about:literal, $example:literal) => {
        $crate::id::text_value!($name, $schema, $about, $example, |schema| schema);
    };
    ($name:ident, $schema:expr, $about:literal, $example:expr, |$builder:ident| $more:expr) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(input)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                let $builder = utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some($about))
                    .examples([serde_json::Value::from($example)]);
                $more.into()
            }
        }
        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed($schema)
            }
        }
    };
}
pub use __text_value as text_value;

/// Declares an id type: a newtype on text with a prefix, serde, OpenAPI and
/// diesel `Text` on every backend.
#[macro_export]
macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub struct $name(String);

        impl $name {
            /// What every id of this kind starts with.
            pub const PREFIX: &'static str = $prefix;

            /// A new id, larger than those made before (UUIDv7).
            #[must_use]
            #[expect(clippy::new_without_default, reason = "an id is never a default")]
            pub fn new() -> Self {
                Self($crate::id::fresh($prefix))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::id::BadId;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                if $crate::id::is_well_formed($prefix, text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err($crate::id::BadId($prefix))
                }
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
        $crate::id::text_value!(
            $name,
            stringify!($name),
            "prefixed UUIDv7",
            concat!($prefix, "_018f3c2a7b6e7d0c9a1b2c3d4e5f6a7b"),
            |schema| schema.pattern(Some(concat!("^", $prefix, "_[0-9a-f]{32}$")))
        );
        $crate::diesel_text!($name, |text| text.parse::<$name>().map_err(|error| error.to_string().into()));
    };
}

/// diesel `Text` on every backend for a newtype that derefs to `&str` by `as_str`.
#[macro_export]
macro_rules! diesel_text {
    ($name:ident, |$text:ident| $parse:expr) => {
        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for $name
        where
            str: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                <str as diesel::serialize::ToSql<diesel::sql_types::Text, DB>>::to_sql(self.as_str(), out)
            }
        }
        impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Text, DB> for $name
        where
            String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB>,
        {
            fn from_sql(value: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                let $text = <String as diesel::deserialize::FromSql<diesel::sql_types::Text, DB>>::from_sql(value)?;
                $parse
            }
        }
    };
}

/// Declares a closed set of states kept as text: an enum with `as_str`,
/// `FromStr`, serde, OpenAPI (with its values) and diesel `Text`.
#[macro_export]
macro_rules! text_enum {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The text kept in the database and shown by the API.
            #[must_use]
            pub fn as_str(&self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text).ok_or_else(|| {
                    format!("must be one of: {}", [$($text),+].join(", "))
                })
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.serialize_str(self.as_str())
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(input)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some([$($text),+]))
                    .into()
            }
        }
        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(stringify!($name))
            }
        }
        $crate::diesel_text!($name, |text| text.parse::<$name>().map_err(Into::into));
    };
}
