//! Keyset paging: pages are cut by the last key, never by an offset.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// How many rows a page has when the caller does not say.
const DEFAULT_LIMIT: i64 = 50;
/// The largest page.
const MAX_LIMIT: i64 = 200;

/// What every list takes.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListInput {
    /// The `next` of the page before; none for the first page.
    #[serde(default)]
    pub after: Option<String>,
    /// Rows a page: 1 to 200, 50 when left out.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
    /// Words to look for in names, numbers and addresses.
    #[serde(default)]
    pub search: Option<String>,
    /// Only rows in this state.
    #[serde(default)]
    pub state: Option<String>,
    /// Only rows of this customer.
    #[serde(default)]
    pub customer_id: Option<String>,
}

impl ListInput {
    /// The page size, held within 1 to 200.
    #[must_use]
    pub fn size(&self) -> i64 {
        self.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT)
    }

    /// One row more than the page, to see whether another page follows.
    #[must_use]
    pub fn fetch(&self) -> i64 {
        self.size().saturating_add(1)
    }

    /// The search words as a `LIKE` pattern, or none when nothing was asked.
    #[must_use]
    pub fn pattern(&self) -> Option<String> {
        let words = self.search.as_deref().map(str::trim).filter(|words| !words.is_empty())?;
        let escaped: String = words
            .to_lowercase()
            .chars()
            .take(100)
            .flat_map(|c| match c {
                '%' | '_' | '\\' => vec!['\\', c],
                c => vec![c],
            })
            .collect();
        Some(format!("%{escaped}%"))
    }
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Paged<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Pass as `after` for the next page; none on the last.
    pub next: Option<String>,
}

impl<T> Paged<T> {
    /// A page from up to `input.fetch()` rows and the key of a row.
    #[must_use]
    pub fn cut(mut rows: Vec<T>, input: &ListInput, key: impl Fn(&T) -> String) -> Self {
        let size = usize::try_from(input.size()).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        let next = if more { rows.last().map(key) } else { None };
        Self { items: rows, next }
    }

    /// The same page with other rows.
    #[must_use]
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Paged<U> {
        Paged { items: self.items.into_iter().map(change).collect(), next: self.next }
    }
}

impl<T: ToSchema> PartialSchema for Paged<T> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .property("items", ArrayBuilder::new().items(Ref::from_schema_name(T::name())))
            .required("items")
            .property(
                "next",
                ObjectBuilder::new()
                    .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
                    .description(Some("Pass as `after` for the next page; none on the last.")),
            )
            .into()
    }
}

// By hand, because the derive leaves the rows' own schema out.
impl<T: ToSchema> ToSchema for Paged<T> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("Paged_{}", T::name()))
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}
