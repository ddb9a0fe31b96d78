//! Rows of images.

use diesel::prelude::*;
use hostwright_kernel::Instant;

use super::model::{Boot, Image, ImageId, ImageState, Minimums};
use crate::platform::db::lower;
use crate::platform::error::Result;
use crate::platform::schema::images;
use crate::platform::{ListInput, Tx};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = images)]
struct Row {
    id: ImageId,
    name: String,
    family: String,
    boot: Boot,
    kernel: Option<String>,
    initrd: Option<String>,
    disk: Option<String>,
    command_line: String,
    minimum_memory_mib: i64,
    minimum_disk_gib: i64,
    state: ImageState,
    created_at: Instant,
    version: i64,
}

impl From<&Image> for Row {
    fn from(image: &Image) -> Self {
        Self {
            id: image.id.clone(),
            name: image.name.clone(),
            family: image.family.clone(),
            boot: image.boot,
            kernel: image.kernel.clone(),
            initrd: image.initrd.clone(),
            disk: image.disk.clone(),
            command_line: image.command_line.clone(),
            minimum_memory_mib: image.minimums.memory_mib,
            minimum_disk_gib: image.minimums.disk_gib,
            state: image.state,
            created_at: image.created_at,
            version: image.version,
        }
    }
}

impl From<Row> for Image {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            family: row.family,
            boot: row.boot,
            kernel: row.kernel,
            initrd: row.initrd,
            disk: row.disk,
            command_line: row.command_line,
            minimums: Minimums { memory_mib: row.minimum_memory_mib, disk_gib: row.minimum_disk_gib },
            state: row.state,
            created_at: row.created_at,
            version: row.version,
        }
    }
}

/// Adds an image; the unique index refuses a name twice.
pub fn insert(tx: &mut Tx<'_>, image: &Image) -> diesel::QueryResult<usize> {
    diesel::insert_into(images::table).values(Row::from(image)).execute(tx.conn)
}

/// An image by id.
pub fn find(tx: &mut Tx<'_>, id: &ImageId) -> Result<Option<Image>> {
    let row: Option<Row> = images::table.find(id).select(Row::as_select()).first(tx.conn).optional()?;
    Ok(row.map(Image::from))
}

/// An image by its name.
pub fn named(tx: &mut Tx<'_>, name: &str) -> Result<Option<Image>> {
    let row: Option<Row> =
        images::table.filter(images::name.eq(name)).select(Row::as_select()).first(tx.conn).optional()?;
    Ok(row.map(Image::from))
}

/// Images by name; only those on offer unless `all`.
pub fn list(tx: &mut Tx<'_>, input: &ListInput, all: bool) -> Result<Vec<Image>> {
    let mut query = images::table.select(Row::as_select()).order(images::name).limit(input.fetch()).into_boxed();
    if !all {
        query = query.filter(images::state.eq(ImageState::Active));
    }
    if let Some(after) = &input.after {
        query = query.filter(images::name.gt(after.clone()));
    }
    if let Some(state) = input.state.as_deref().filter(|state| !state.is_empty()) {
        query = query.filter(images::state.eq(state.to_owned()));
    }
    if let Some(pattern) = input.pattern() {
        query = query.filter(
            lower(images::name).like(pattern.clone()).escape('\\').or(images::family.like(pattern).escape('\\')),
        );
    }
    let rows: Vec<Row> = query.load(tx.conn)?;
    Ok(rows.into_iter().map(Image::from).collect())
}

/// Retires an image; false when it is retired already.
pub fn retire(tx: &mut Tx<'_>, id: &ImageId) -> Result<bool> {
    let rows = diesel::update(images::table.find(id).filter(images::state.eq(ImageState::Active)))
        .set((images::state.eq(ImageState::Retired), images::version.eq(images::version + 1)))
        .execute(tx.conn)?;
    Ok(rows == 1)
}
