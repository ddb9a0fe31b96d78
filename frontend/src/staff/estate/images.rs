//! Operating systems on offer.

use hostwright_panel::auth::policy::Action;
use hostwright_panel::images::model::{Boot, ImageState, ImageView};
use hostwright_panel::images::queries;
use hostwright_panel::platform::error::Result;

use super::words;
use crate::page::{Page, Tone};
use crate::route::Visit;
use crate::ui::*;

/// The list.
///
/// # Errors
/// When the database fails.
pub async fn list(visit: Visit) -> Result<String> {
    let input = visit.params.list();
    let found = queries::list(&visit.call, input.clone()).await?;
    let page = &visit.page;
    let new = page.may("images.register").then(|| ButtonLink::primary(page.t("estate-image-new"), "/staff/images/new"));
    let mut filters =
        Filters::new(page).link(page.t("estate-all"), words::filtered(page, "state", None), input.state.is_none());
    for state in ImageState::ALL {
        filters = filters.link(
            page.t(&format!("images-state-{state}")),
            words::filtered(page, "state", Some(state.as_str())),
            input.state.as_deref() == Some(state.as_str()),
        );
    }
    let empty = if input.state.is_some() {
        Empty::new(page.t("estate-none-found"), page.t("estate-none-found-text"))
    } else {
        Empty::new(page.t("estate-images-none"), page.t("estate-images-none-text")).action(
            page.may("images.register").then(|| ButtonLink::plain(page.t("estate-image-new"), "/staff/images/new")),
        )
    };
    let table = Table::new(page.t("estate-images"))
        .column(Column::text(page.t("estate-name")))
        .column(Column::text(page.t("estate-state")))
        .column(Column::text(page.t("estate-boot")))
        .column(Column::text(page.t("estate-files")).minor())
        .column(Column::number(page.t("estate-minimums")))
        .column(Column::actions(page.t("estate-actions")))
        .rows(found.items.iter().map(|image| row_of(page, image)))
        .empty(empty);
    Ok(Shell::new(page, page.t("estate-images"))
        .crumb(page.t("ui-nav-catalogue"), "/staff/plans")
        .primary(new)
        .add(filters)
        .add(table)
        .add(words::pager(page, found.next.as_deref()))
        .render())
}

fn row_of(page: &Page, image: &ImageView) -> Row {
    let is_offered = image.state == ImageState::Active;
    let tone = if is_offered { Tone::Good } else { Tone::Quiet };
    let boot = image.files.as_ref().map(|files| page.t(&format!("images-boot-{}", files.boot)));
    let files: Vec<_> =
        image.files.iter().flat_map(|files| [&files.kernel, &files.initrd, &files.disk]).flatten().map(muted).collect();
    let least = page.t_with(
        "estate-minimums-value",
        &[
            ("memory", words::mib(page, image.minimums.memory_mib).into()),
            ("disk", words::gib(page, image.minimums.disk_gib).into()),
        ],
    );
    let retire = is_offered.then(|| {
        ActionButton::new(page, "images.retire", page.t("estate-retire"))
            .hidden("image_id", image.id.as_str())
            .look(Look::Quiet)
    });
    Row::new()
        .cell(&image.name)
        .cell(State::new(tone, page.t(&format!("images-state-{}", image.state))))
        .cell(boot)
        .cell(row(files))
        .cell(least)
        .cell(retire)
        .quiet(!is_offered)
}

/// A new image.
///
/// # Errors
/// When the caller may not.
pub async fn new(visit: Visit) -> Result<String> {
    visit.call.authorize(Action::RegisterImage)?;
    let page = &visit.page;
    let boots = Boot::ALL
        .iter()
        .map(|boot| {
            Choice::new(boot.as_str(), page.t(&format!("images-boot-{boot}")))
                .detail(page.t(&format!("estate-boot-{boot}-text")))
        })
        .collect();
    let form = Form::new(page, "images.register")
        .then("/staff/images")
        .field(Field::text("name", page.t("estate-name")).hint(page.t("estate-image-name-hint")).max_length(80).focus())
        .field(
            Field::text("family", page.t("estate-family"))
                .hint(page.t("estate-family-hint"))
                .placeholder("debian")
                .max_length(40),
        )
        .field(Field::radios("boot", page.t("estate-boot"), boots).value(Boot::Disk.as_str()))
        .group(
            page.t("estate-files"),
            Some(page.t("estate-files-hint")),
            vec![
                Field::text("disk", page.t("estate-file-disk")).hint(page.t("estate-file-disk-hint")).optional(),
                Field::text("kernel", page.t("estate-file-kernel")).hint(page.t("estate-file-kernel-hint")).optional(),
                Field::text("initrd", page.t("estate-file-initrd")).optional(),
                Field::text("command_line", page.t("estate-command-line")).optional(),
            ],
        )
        .group(
            page.t("estate-minimums"),
            Some(page.t("estate-minimums-hint")),
            vec![
                Field::number("minimum_memory_mib", page.t("estate-memory")).suffix("MiB").optional(),
                Field::number("minimum_disk_gib", page.t("estate-disk")).suffix("GiB").optional(),
            ],
        )
        .submit(page.t("estate-image-register"))
        .cancel(page.t("ui-cancel"), "/staff/images");
    Ok(Shell::new(page, page.t("estate-image-new"))
        .crumb(page.t("ui-nav-catalogue"), "/staff/plans")
        .crumb(page.t("estate-images"), "/staff/images")
        .add(form)
        .render())
}
