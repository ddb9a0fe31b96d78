//! Settings: the brand, the seller, tax rates, the dunning ladder, and the clock
//! where it may be moved.

use hostwright_kernel::Currency;
use hostwright_panel::auth::policy::Action;
use hostwright_panel::billing::entity::queries::{self as entity, ShowLegalEntity};
use hostwright_panel::billing::entity::{LegalEntity, RoundingPolicy};
use hostwright_panel::billing::tax::model::TaxRateView;
use hostwright_panel::billing::tax::queries::{self as tax, ListTaxRates};
use hostwright_panel::installation;
use hostwright_panel::installation::model::{ClockView, Settings};
use hostwright_panel::platform::error::Result;
use hostwright_panel::renewals;
use hostwright_panel::renewals::model::Ladder;
use hostwright_panel::renewals::queries::Nothing;
use leptos::prelude::AnyView;

use super::words;
use crate::page::{Page, Tone};
use crate::places;
use crate::route::Visit;
use crate::ui::*;

/// What the caller may see; billing sees no brand and no clock.
struct Known {
    settings: Option<Settings>,
    entity: LegalEntity,
    rates: Vec<TaxRateView>,
    ladder: Ladder,
    clock: Option<ClockView>,
    today: hostwright_kernel::Day,
}

/// Draws the page.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn show(visit: Visit) -> Result<String> {
    let call = &visit.call;
    let entity = entity::show(call, ShowLegalEntity {}).await?;
    let settings = match call.may(Action::ShowSettings) {
        true => Some(installation::queries::show(call, Nothing {}).await?),
        false => None,
    };
    let clock = match call.may(Action::ShowClock) {
        true => Some(installation::queries::clock(call, &visit.clock, Nothing {}).await?),
        false => None,
    };
    let known = Known {
        today: entity.today(call.now()),
        settings,
        rates: tax::rates(call, ListTaxRates::default()).await?.items,
        ladder: renewals::queries::ladder(call, Nothing {}).await?,
        clock: clock.filter(|clock| clock.manual),
        entity,
    };
    Ok(draw(&visit.page, &known))
}

fn draw(page: &Page, known: &Known) -> String {
    let tabs = Tabs::new(page.t("office-settings"))
        .tab(page.t("office-entity"), "#entity", false)
        .tab(page.t("office-ladder"), "#ladder", false)
        .tab(page.t("office-tax-rates"), "#tax", false);
    let side = stack(vec![
        known.settings.as_ref().map(|settings| brand(page, settings)).view(),
        known.clock.as_ref().map(|clock| clock_panel(page, clock)).view(),
        ladder(page, &known.ladder),
    ]);
    Shell::new(page, page.t("office-settings"))
        .other(words::button_for(page, "departments.list", "office-departments", "/staff/departments"))
        .other(words::button_for(page, "reports.verify", "office-verify", "/staff/verify"))
        .tabs(tabs)
        .add(grid("halves", vec![stack(vec![seller(page, &known.entity)]), side]))
        .add(tax_rates(page, known))
        .render()
}

fn brand(page: &Page, settings: &Settings) -> AnyView {
    let form = Form::new(page, "settings.update")
        .field(
            Field::text("brand_name", page.t("office-brand-name"))
                .value(&settings.brand_name)
                .hint(page.t("office-brand-name-hint"))
                .max_length(60),
        )
        .submit(page.t("ui-save"));
    Panel::new(page.t("office-brand")).id("brand").add(form).view()
}

fn seller(page: &Page, entity: &LegalEntity) -> AnyView {
    if !page.may("entity.update") {
        return seller_facts(page, entity);
    }
    let roundings =
        RoundingPolicy::ALL.iter().map(|mode| Choice::new(mode.to_string(), rounding(page, *mode))).collect();
    let form = Form::new(page, "entity.update")
        .id("entity")
        .hidden("version", entity.version.to_string())
        .field(Field::text("name", page.t("office-entity-name")).value(&entity.name))
        .field(Field::text("street", page.t("office-street")).value(&entity.street))
        .row(vec![
            Field::text("postal_code", page.t("office-postal-code")).value(&entity.postal_code),
            Field::text("city", page.t("office-city")).value(&entity.city),
        ])
        .field(
            Field::select("country", page.t("office-country"), places::countries(page))
                .value(&entity.country)
                .hint(page.t("office-entity-country-hint")),
        )
        .field(Field::text("tax_number", page.t("office-tax-number")).value(&entity.tax_number).clears())
        .field(
            Field::email("email", page.t("office-entity-email"))
                .value(&entity.email)
                .hint(page.t("office-entity-email-hint")),
        )
        .field(
            Field::text("bank_account", page.t("office-bank-account"))
                .value(&entity.bank_account)
                .clears()
                .hint(page.t("office-bank-account-hint")),
        )
        .row(vec![
            Field::select("currency", page.t("office-currency"), currencies(entity.currency))
                .value(entity.currency.code()),
            Field::select("time_zone", page.t("office-time-zone"), places::zones()).value(&entity.time_zone),
        ])
        .row(vec![
            Field::text("series", page.t("office-series")).value(&entity.series).clears().max_length(8),
            Field::select("rounding", page.t("office-rounding"), roundings).value(entity.rounding.to_string()),
        ])
        .piece(muted(page.t("office-entity-hint")))
        .submit(page.t("ui-save"));
    Panel::new(page.t("office-entity")).id("entity").add(form).view()
}

/// Every currency; the present one even if it is rare.
fn currencies(present: Currency) -> Vec<Choice> {
    let mut choices = places::currencies();
    choices.sort_by_key(|choice| *choice != Choice::new(present.code(), present.code()));
    choices
}

fn seller_facts(page: &Page, entity: &LegalEntity) -> AnyView {
    let facts = Facts::new()
        .fact(page.t("office-entity-name"), &entity.name)
        .fact(page.t("office-address"), format!("{}, {} {}", entity.street, entity.postal_code, entity.city))
        .fact(page.t("office-country"), places::country(page, &entity.country))
        .fact(page.t("office-tax-number"), &entity.tax_number)
        .fact(page.t("office-entity-email"), &entity.email)
        .fact(page.t("office-bank-account"), &entity.bank_account)
        .fact(page.t("office-currency"), entity.currency.code())
        .fact(page.t("office-time-zone"), entity.time_zone.replace('_', " "))
        .fact(page.t("office-rounding"), rounding(page, entity.rounding));
    Panel::new(page.t("office-entity")).id("entity").add(facts).view()
}

fn rounding(page: &Page, mode: RoundingPolicy) -> String {
    page.t(&format!("office-rounding-{mode}"))
}

fn ladder(page: &Page, ladder: &Ladder) -> AnyView {
    let reminders: Vec<String> = ladder.reminder_days.iter().map(ToString::to_string).collect();
    let days = |name: &str, key: &str, value: i64, most: i64| {
        Field::number(name, page.t(key))
            .value(value.to_string())
            .range(0, most)
            .suffix(page.t("office-days"))
            .hint(page.t(&format!("{key}-hint")))
    };
    let form = Form::new(page, "renewals.set_policy")
        .id("ladder")
        .field(days("invoice_days_ahead", "office-ladder-ahead", ladder.invoice_days_ahead, 60))
        .field(days("first_due_days", "office-ladder-first-due", ladder.first_due_days, 90))
        .field(
            Field::text("reminder_days", page.t("office-ladder-reminder-days"))
                .value(reminders.join(", "))
                .hint(page.t("office-ladder-reminder-days-hint"))
                .short(),
        )
        .field(days("suspend_after_days", "office-ladder-suspend-after", ladder.suspend_after_days, 365))
        .field(days("terminate_after_days", "office-ladder-terminate-after", ladder.terminate_after_days, 365))
        .submit(page.t("ui-save"));
    let panel = Panel::new(page.t("office-ladder")).id("ladder").add(muted(page.t("office-ladder-text")));
    if page.may("renewals.set_policy") { panel.add(form).view() } else { panel.view() }
}

fn clock_panel(page: &Page, clock: &ClockView) -> AnyView {
    let ahead = if clock.seconds_ahead > 0 { page.span(clock.seconds_ahead) } else { page.t("office-clock-not-ahead") };
    let facts = Facts::new()
        .fact(page.t("office-clock-now"), page.instant(clock.now))
        .fact(page.t("office-clock-ahead"), ahead);
    let form = Form::new(page, "clock.advance")
        .id("clock")
        .field(
            Field::number("days", page.t("office-clock-days"))
                .value("1")
                .range(1, 3650)
                .suffix(page.t("office-days"))
                .hint(page.t("office-clock-hint")),
        )
        .look(Look::Plain)
        .submit(page.t("office-clock-advance"));
    Panel::new(page.t("office-clock")).id("clock").tone(Tone::Warn).add(facts).add(form).view()
}

fn tax_rates(page: &Page, known: &Known) -> AnyView {
    let current = |rate: &TaxRateView| {
        rate.valid_from <= known.today
            && !known.rates.iter().any(|other| {
                other.country == rate.country && other.valid_from > rate.valid_from && other.valid_from <= known.today
            })
    };
    let table = Table::new(page.t("office-tax-rates"))
        .plain()
        .column(Column::text(page.t("office-country")))
        .column(Column::number(page.t("office-tax-rate")))
        .column(Column::text(page.t("office-valid-from")))
        .column(Column::text(page.t("office-state")))
        .rows(known.rates.iter().map(|rate| {
            let state = if rate.valid_from > known.today {
                State::new(Tone::Working, page.t("office-rate-planned"))
            } else if current(rate) {
                State::new(Tone::Good, page.t("office-rate-in-force"))
            } else {
                State::new(Tone::Quiet, page.t("office-rate-past"))
            };
            Row::new()
                .cell(places::country(page, &rate.country))
                .cell(format!("{}\u{a0}%", page.decimal(&rate.percent)))
                .cell(words::day(page, rate.valid_from))
                .cell(state)
        }));
    let form = Form::new(page, "tax.set_rate")
        .id("rate")
        .field(Field::select("country", page.t("office-country"), places::countries(page)).value(&known.entity.country))
        .field(Field::decimal("percent", page.t("office-tax-rate")).suffix("%"))
        .field(Field::date("valid_from", page.t("office-valid-from")).day(known.today.plus_days(1)))
        .inline()
        .look(Look::Plain)
        .submit(page.t("office-tax-set"));
    let rates = Panel::new(page.t("office-tax-rates")).id("tax").flush().add(table).view();
    let new = page.may("tax.set_rate").then(|| {
        Panel::new(page.t("office-tax-new")).id("tax-new").add(muted(page.t("office-tax-text"))).add(form).view()
    });
    stack(vec![new.view(), rates])
}
