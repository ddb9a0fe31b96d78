//! Step 3: which system servers get, and what is sold at which price.

use hostwright_kernel::Currency;
use hostwright_panel::auth::policy::Action;
use hostwright_panel::billing::entity;
use hostwright_panel::billing::entity::queries::ShowLegalEntity;
use hostwright_panel::catalogue::model::PlanView;
use hostwright_panel::images::model::{Boot, ImageView};
use hostwright_panel::platform::ListInput;
use hostwright_panel::platform::error::Result;
use hostwright_panel::{catalogue, images};

use super::{only, progress, ready, skip};
use crate::page::Page;
use crate::portal::words;
use crate::route::Visit;
use crate::ui::{ButtonLink, Choice, Field, Form, Piece, Shell, section};

/// Draws the forms: image, then plan, then its price.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn show(visit: Visit) -> Result<String> {
    let call = &visit.call;
    only(call, Action::CreatePlan)?;
    let known = images::queries::list(call, ListInput::default()).await?.items;
    let mut plans = catalogue::queries::list(call, ListInput::default()).await?.items;
    plans.retain(|plan| plan.kind.has_sizes());
    let currency = entity::queries::show(call, ShowLegalEntity {}).await?.currency;
    let page = &visit.page;
    let priced = plans.iter().any(|plan| !plan.prices.is_empty());
    let way_on = if known.is_empty() || !priced {
        skip(page, "setup-skip", "/setup/done")
    } else {
        ButtonLink::primary(page.t("setup-continue"), "/setup/done").view()
    };
    Ok(Shell::new(page, page.t("setup-step-plan"))
        .wide()
        .subtitle(page.t("setup-plan-text"))
        .add(progress(page, 3))
        .add(section("image", page.t("setup-image"), image(page, &known)))
        .add(
            (!known.is_empty() || !plans.is_empty())
                .then(|| section("plan", page.t("setup-plan"), plan(page, &plans, currency))),
        )
        .add(way_on)
        .render())
}

fn image(page: &Page, known: &[ImageView]) -> leptos::prelude::AnyView {
    if let Some(image) = known.first() {
        let text = page.t_with("setup-image-there", &[("name", image.name.clone().into())]);
        return ready(text, crate::ui::link("/staff/images", page.t("setup-image-more")));
    }
    let boots = Boot::ALL
        .iter()
        .rev()
        .map(|boot| {
            Choice::new(boot.as_str(), page.t(&format!("images-boot-{boot}")))
                .detail(page.t(&format!("setup-boot-{boot}")))
        })
        .collect();
    Form::new(page, "images.register")
        .field(Field::text("name", page.t("setup-image-name")).placeholder("Debian 12").max_length(80))
        .field(
            Field::text("family", page.t("setup-image-family"))
                .hint(page.t("setup-image-family-hint"))
                .placeholder("debian")
                .max_length(40),
        )
        .field(Field::radios("boot", page.t("setup-image-boot"), boots).value("disk"))
        .field(
            Field::text("disk", page.t("setup-image-disk"))
                .optional()
                .hint(page.t("setup-image-disk-hint"))
                .placeholder("/var/lib/libvirt/images/debian-12.qcow2"),
        )
        .field(Field::text("kernel", page.t("setup-image-kernel")).optional().hint(page.t("setup-image-kernel-hint")))
        .field(Field::text("initrd", page.t("setup-image-initrd")).optional().hint(page.t("setup-image-kernel-hint")))
        .field(Field::text("command_line", page.t("setup-image-command-line")).optional())
        .row(vec![
            Field::number("minimum_memory_mib", page.t("setup-image-memory")).value("256").suffix("MiB"),
            Field::number("minimum_disk_gib", page.t("setup-image-disk-size")).value("2").suffix("GiB"),
        ])
        .submit(page.t("setup-image-register"))
        .view()
}

fn plan(page: &Page, plans: &[PlanView], currency: Currency) -> leptos::prelude::AnyView {
    if let Some(plan) = plans.iter().find(|plan| plan.prices.is_empty()) {
        return price(page, plan, currency);
    }
    if let Some((plan, price)) = plans.iter().find_map(|plan| Some((plan, plan.prices.first()?))) {
        let text = page.t_with(
            "setup-plan-there",
            &[
                ("name", plan.name.clone().into()),
                ("amount", page.money(price.amount).into()),
                ("months", price.months.count().into()),
            ],
        );
        return ready(text, crate::ui::link("/staff/plans", page.t("setup-plan-more")));
    }
    Form::new(page, "plans.create")
        .then("/setup/plan#plan")
        .field(Field::text("name", page.t("setup-plan-name")).placeholder("Small").max_length(80))
        .field(Field::textarea("description", page.t("setup-plan-description"), 2).optional().max_length(2_000))
        .row(vec![
            Field::number("vcpus", page.t("portal-plan-vcpus")).value("1"),
            Field::number("memory_mib", page.t("portal-plan-memory")).value("1024").suffix("MiB"),
            Field::number("disk_gib", page.t("portal-plan-disk")).value("20").suffix("GiB"),
        ])
        .field(
            Field::number("traffic_gib", page.t("portal-plan-traffic"))
                .value("0")
                .suffix("GiB")
                .hint(page.t("setup-plan-traffic-hint")),
        )
        .submit(page.t("setup-plan-create"))
        .view()
}

fn price(page: &Page, plan: &PlanView, currency: Currency) -> leptos::prelude::AnyView {
    let sizes = words::size(page, plan.vcpus, plan.memory_mib, plan.disk_gib);
    let text = page.t_with("setup-plan-created", &[("name", plan.name.clone().into()), ("sizes", sizes.into())]);
    let lengths = [1_i64, 3, 6, 12]
        .into_iter()
        .map(|months| Choice::new(months.to_string(), page.t_with("portal-months", &[("months", months.into())])))
        .collect();
    let form = Form::new(page, "plans.set_price")
        .hidden("plan_id", plan.id.as_str())
        .hidden("currency", currency.code())
        .then("/setup/plan#plan")
        .row(vec![
            Field::money("amount", page.t("setup-price"), currency),
            Field::money("setup", page.t("portal-setup"), currency).optional(),
        ])
        .field(Field::select("months", page.t("setup-price-months"), lengths).value("1"))
        .piece(crate::ui::muted(page.t("setup-price-net")))
        .submit(page.t("setup-price-set"));
    ready(text, form.view())
}
