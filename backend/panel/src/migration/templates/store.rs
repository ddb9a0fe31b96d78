//! Rows of mapping rules.

use std::collections::BTreeMap;

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::model::{Template, TemplateClass, TemplateId};
use crate::catalogue::model::PlanId;
use crate::migration::collect::model::TLD;
use crate::migration::sources::model::SourceId;
use crate::platform::Tx;
use crate::platform::error::Result;
use crate::platform::schema::{migration_links, migration_records, migration_templates};

type Row = (TemplateId, String, String, TemplateClass, PlanId);

/// Every rule of a source.
pub fn all(tx: &mut Tx<'_>, source_id: &SourceId) -> Result<Vec<Template>> {
    let rows: Vec<Row> = migration_templates::table
        .filter(migration_templates::source_id.eq(source_id))
        .order((migration_templates::product, migration_templates::tld))
        .select((
            migration_templates::id,
            migration_templates::product,
            migration_templates::tld,
            migration_templates::class,
            migration_templates::plan_id,
        ))
        .load(tx.conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, product, tld, class, plan_id)| Template { id, product, tld, class, plan_id })
        .collect())
}

/// Keeps a rule; one for the same product or top-level domain is replaced.
pub fn put(tx: &mut Tx<'_>, source_id: &SourceId, template: &Template) -> Result<()> {
    let same = migration_templates::table
        .filter(migration_templates::source_id.eq(source_id))
        .filter(migration_templates::product.eq(&template.product))
        .filter(migration_templates::tld.eq(&template.tld));
    let replaced = diesel::update(same)
        .set((
            migration_templates::class.eq(template.class),
            migration_templates::plan_id.eq(&template.plan_id),
            migration_templates::version.eq(migration_templates::version + 1),
        ))
        .execute(tx.conn)?;
    if replaced == 0 {
        let now = tx.now();
        diesel::insert_into(migration_templates::table)
            .values((
                migration_templates::id.eq(&template.id),
                migration_templates::source_id.eq(source_id),
                migration_templates::product.eq(&template.product),
                migration_templates::tld.eq(&template.tld),
                migration_templates::class.eq(template.class),
                migration_templates::plan_id.eq(&template.plan_id),
                migration_templates::created_at.eq(now),
                migration_templates::version.eq(1_i64),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Takes a rule away; false when there was none.
pub fn remove(tx: &mut Tx<'_>, source_id: &SourceId, product: &str, tld: &str) -> Result<bool> {
    let rows = diesel::delete(
        migration_templates::table
            .filter(migration_templates::source_id.eq(source_id))
            .filter(migration_templates::product.eq(product))
            .filter(migration_templates::tld.eq(tld)),
    )
    .execute(tx.conn)?;
    Ok(rows == 1)
}

/// How many subscriptions are based on each of these products.
pub fn used(tx: &mut Tx<'_>, source_id: &SourceId, products: &[String]) -> Result<BTreeMap<String, i64>> {
    let rows: Vec<(Option<String>, i64)> = migration_records::table
        .filter(migration_records::source_id.eq(source_id))
        .filter(migration_records::parent.eq_any(products.to_vec()))
        .filter(migration_records::kind.eq("subscription"))
        .filter(migration_records::is_gone.eq(false))
        .group_by(migration_records::parent)
        .select((migration_records::parent, count_star()))
        .load(tx.conn)?;
    Ok(rows.into_iter().filter_map(|(product, count)| Some((product?, count))).collect())
}

/// The top-level domains of a source's domains, the most used first.
pub fn tlds(tx: &mut Tx<'_>, source_id: &SourceId, most: i64) -> Result<Vec<(String, i64)>> {
    let mut rows: Vec<(String, i64)> = migration_links::table
        .filter(migration_links::source_id.eq(source_id))
        .filter(migration_links::to_kind.eq(TLD))
        .group_by(migration_links::to_id)
        .select((migration_links::to_id, count_star()))
        .order((count_star().desc(), migration_links::to_id))
        .limit(most)
        .load(tx.conn)?;
    rows.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    Ok(rows)
}

/// Judgements that a changed mapping makes void.
pub fn forget_verdicts(tx: &mut Tx<'_>, source_id: &SourceId) -> Result<()> {
    diesel::update(crate::platform::schema::migration_sources::table.find(source_id))
        .set(crate::platform::schema::migration_sources::verified_at.eq(None::<hostwright_kernel::Instant>))
        .execute(tx.conn)?;
    Ok(())
}
