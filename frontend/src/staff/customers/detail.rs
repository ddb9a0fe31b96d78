//! A customer on one screen: servers with what was last seen of them, money with
//! what is owed and since when, and open tickets, side by side.

use hostwright_kernel::{Day, Instant};
use hostwright_panel::audit::model::AuditRow;
use hostwright_panel::auth::policy::{Action, MemberRole};
use hostwright_panel::billing::invoices::model::InvoiceSummary;
use hostwright_panel::billing::payments::model::PaymentView;
use hostwright_panel::billing::queries::{Balance, ShowBalance};
use hostwright_panel::billing::{self, invoices, payments};
use hostwright_panel::customers::model::{CustomerState, CustomerView};
use hostwright_panel::customers::queries::{self, ShowCustomer};
use hostwright_panel::platform::ListInput;
use hostwright_panel::platform::error::Result;
use hostwright_panel::reports;
use hostwright_panel::servers;
use hostwright_panel::servers::model::Seen;
use hostwright_panel::servers::queries::{ListServers, ServerView};
use hostwright_panel::subscriptions;
use hostwright_panel::subscriptions::model::{SubscriptionState, SubscriptionView};
use hostwright_panel::tickets;
use hostwright_panel::tickets::model::{TicketState, TicketView};
use hostwright_panel::tickets::queries::ListTickets;
use jiff::tz::TimeZone;
use leptos::prelude::AnyView;

use super::money;
use crate::page::{Page, Tone};
use crate::portal::words as common;
use crate::route::Visit;
use crate::staff::words;
use crate::ui::*;
use crate::{places, staff::history};

/// Rows of each list that are shown before "all of them".
const SHOWN: i64 = 8;

/// Everything about a customer.
pub struct Seam {
    /// The customer.
    pub customer: CustomerView,
    /// The customer's own day.
    pub today: Day,
    /// What is owed and had; none where the viewer may not see it.
    pub balance: Option<Balance>,
    /// The newest documents.
    pub invoices: Vec<InvoiceSummary>,
    /// The newest payments.
    pub payments: Vec<PaymentView>,
    /// Live contracts first.
    pub subscriptions: Vec<SubscriptionView>,
    servers: Vec<ServerView>,
    tickets: Vec<TicketView>,
    audit: Option<Vec<AuditRow>>,
    now: Instant,
}

impl Seam {
    /// Whether something is open past its day.
    #[must_use]
    pub fn is_overdue(&self) -> bool {
        self.balance.as_ref().and_then(|balance| balance.oldest_due).is_some_and(|day| day < self.today)
    }
}

/// Draws the page.
///
/// # Errors
/// Not found, or when the database fails.
pub async fn show(visit: Visit) -> Result<String> {
    let seam = load(&visit).await?;
    let mut page = visit.page;
    if seam.servers.iter().any(|server| server.busy.is_some()) {
        page.live = Some(3);
    }
    Ok(draw(&page, &seam))
}

async fn load(visit: &Visit) -> Result<Seam> {
    let call = &visit.call;
    let customer = queries::show(call, ShowCustomer { customer_id: visit.params.parse("customer_id")? }).await?;
    let id = customer.id.to_string();
    let of_customer = || ListInput { customer_id: Some(id.clone()), limit: Some(SHOWN), ..ListInput::default() };
    let servers = servers::queries::list(
        call,
        ListServers { customer_id: Some(id.clone()), limit: Some(SHOWN), ..ListServers::default() },
    )
    .await?;
    let mut open_tickets = Vec::new();
    for state in [TicketState::Open, TicketState::Waiting, TicketState::Answered] {
        let input = ListTickets {
            customer_id: Some(id.clone()),
            state: Some(state),
            limit: Some(SHOWN),
            ..ListTickets::default()
        };
        open_tickets.extend(tickets::queries::list(call, input).await?.items);
    }
    let mut subscriptions = subscriptions::queries::list(call, of_customer()).await?.items;
    subscriptions.sort_by_key(|subscription| subscription.state.is_ended());
    let balance = match call.may(Action::ShowBalance) {
        true => Some(billing::queries::balance(call, ShowBalance { customer_id: id.clone(), currency: None }).await?),
        false => None,
    };
    let audit = match call.may(Action::ListAudit) {
        true => Some(reports::queries::audit_log(call, of_customer()).await?.items),
        false => None,
    };
    let zone = TimeZone::get(&customer.time_zone).unwrap_or(TimeZone::UTC);
    Ok(Seam {
        today: call.now().day_in(&zone),
        balance,
        invoices: invoices::queries::list(call, of_customer()).await?.items,
        payments: payments::queries::list(call, of_customer()).await?.items,
        subscriptions,
        servers: servers.items,
        tickets: open_tickets,
        audit,
        now: call.now(),
        customer,
    })
}

fn draw(page: &Page, seam: &Seam) -> String {
    let customer = &seam.customer;
    let place = format!("/staff/customers/{}", customer.id);
    let mut shell = Shell::new(page, words::called(customer))
        .crumb(page.t("office-customers"), "/staff/customers")
        .state(words::customer_state(page, customer.state))
        .id(customer.id.as_str())
        .subtitle(page.t_with(
            "office-customer-subtitle",
            &[
                ("number", customer.number.to_string().into()),
                ("day", page.day(customer.created_at.day_in(&page.zone)).into()),
            ],
        ))
        .other(words::button_for(page, "customers.update", "office-edit", format!("{place}/edit")))
        .other(words::button_for(
            page,
            "tickets.open",
            "office-ticket-new",
            format!("/staff/tickets/new?customer_id={}", customer.id),
        ))
        .primary(words::primary_for(
            page,
            "orders.place",
            "office-order-new",
            format!("/staff/orders/new?customer_id={}", customer.id),
        ));
    for note in held_back(page, seam) {
        shell = shell.add(note);
    }
    shell
        .add(grid(
            "thirds",
            vec![
                live("servers", servers_panel(page, seam)),
                live("money", money::panel(page, seam)),
                tickets_panel(page, seam),
            ],
        ))
        .add(grid(
            "main-side",
            vec![
                stack(vec![
                    contracts(page, seam),
                    money::invoices(page, seam),
                    money::payments(page, seam),
                    changes(page, seam),
                ]),
                stack(vec![
                    contact(page, customer),
                    notes(page, customer).view(),
                    members(page, customer),
                    money::grant_credit(page, seam).view(),
                    standing(page, customer),
                ]),
            ],
        ))
        .render()
}

/// What is held back, why, and what lifts it.
fn held_back<'a>(page: &'a Page, seam: &'a Seam) -> impl Iterator<Item = Notes> + 'a {
    seam.subscriptions.iter().filter(|subscription| subscription.state == SubscriptionState::Suspended).map(
        move |subscription| {
            let since = subscription.suspended_at.map(|at| page.day(at.day_in(&page.zone))).unwrap_or_default();
            let why = words::reason(page, subscription.suspended_reason.as_deref().unwrap_or_default());
            let what = seam
                .servers
                .iter()
                .find(|server| server.subscription_id == subscription.id)
                .map_or(subscription.plan_name.as_str(), |server| server.hostname.as_str());
            let title =
                page.t_with("office-suspended-title", &[("what", what.to_owned().into()), ("day", since.into())]);
            Notes::new(Tone::Warn, why)
                .title(title)
                .add(link(format!("/staff/subscriptions/{}", subscription.id), page.t("office-open-contract")))
        },
    )
}

fn servers_panel(page: &Page, seam: &Seam) -> AnyView {
    let id = seam.customer.id.as_str();
    let running = seam.servers.iter().filter(|server| server.state == Seen::Running).count();
    let table = Table::new(page.t("office-servers"))
        .plain()
        .column(Column::text(page.t("office-server")))
        .column(Column::text(page.t("office-state")))
        .rows(seam.servers.iter().map(|server| {
            let address = server.addresses.first().map(|address| address.address.clone()).unwrap_or_default();
            let name = words::with_detail(&server.hostname, address);
            Row::to(format!("/staff/servers/{}", server.id)).cell(name).cell(common::server_state(page, server))
        }))
        .empty(Empty::new(page.t("office-servers-none"), page.t("office-servers-none-text")));
    Panel::new(
        page.t_with("office-servers-running", &[("running", running.into()), ("all", seam.servers.len().into())]),
    )
    .id("servers")
    .flush()
    .aside(link(format!("/staff/servers?customer_id={id}"), page.t("office-all")))
    .add(table)
    .view()
}

fn tickets_panel(page: &Page, seam: &Seam) -> AnyView {
    let table = Table::new(page.t("office-tickets-open"))
        .plain()
        .column(Column::text(page.t("office-ticket")))
        .column(Column::text(page.t("office-state")))
        .rows(seam.tickets.iter().map(|ticket| {
            let what = words::with_detail(&ticket.subject, format!("#{}", ticket.number));
            let since = common::ago(page, ticket.updated_at, seam.now);
            Row::to(format!("/staff/tickets/{}", ticket.id))
                .cell(what)
                .cell(words::ticket_state(page, ticket.state).since(since))
        }))
        .empty(Empty::new(page.t("office-tickets-none"), page.t("office-tickets-none-text")));
    Panel::new(page.t("office-tickets-open"))
        .id("tickets")
        .flush()
        .aside(link(format!("/staff/tickets?customer_id={}", seam.customer.id), page.t("office-all")))
        .add(table)
        .view()
}

fn contracts(page: &Page, seam: &Seam) -> AnyView {
    let table = Table::new(page.t("office-subscriptions"))
        .plain()
        .column(Column::text(page.t("office-plan")))
        .column(Column::number(page.t("office-price")))
        .column(Column::text(page.t("office-next-renewal")).minor())
        .column(Column::text(page.t("office-state")))
        .rows(seam.subscriptions.iter().map(|subscription| {
            let server = seam.servers.iter().find(|server| server.subscription_id == subscription.id);
            let price = page.t_with(
                "office-price-per",
                &[
                    ("amount", page.money(subscription.amount).into()),
                    ("months", i64::from(subscription.months).into()),
                ],
            );
            Row::to(format!("/staff/subscriptions/{}", subscription.id))
                .cell(words::with_detail(&subscription.plan_name, server.map_or("", |server| server.hostname.as_str())))
                .cell(price)
                .cell(words::maybe_day(page, subscription.next_renewal.map(|next| next.day)))
                .cell(common::subscription_state(page, subscription.state))
                .quiet(subscription.state.is_ended())
        }))
        .empty(Empty::new(page.t("office-subscriptions-none"), page.t("office-subscriptions-none-text")).action(
            words::button_for(
                page,
                "orders.place",
                "office-order-new",
                format!("/staff/orders/new?customer_id={}", seam.customer.id),
            ),
        ));
    Panel::new(page.t("office-subscriptions"))
        .id("subscriptions")
        .flush()
        .aside(link(format!("/staff/subscriptions?customer_id={}", seam.customer.id), page.t("office-all")))
        .add(table)
        .view()
}

fn contact(page: &Page, customer: &CustomerView) -> AnyView {
    let place = [customer.postal_code.as_str(), customer.city.as_str()].join(" ");
    let lines = [
        customer.street.clone(),
        place,
        customer.region.clone().unwrap_or_default(),
        places::country(page, &customer.country),
    ];
    let lines: Vec<AnyView> = lines
        .into_iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            use leptos::prelude::*;
            html(view! { <span class="detail">{line.trim().to_owned()}</span> })
        })
        .collect();
    let language =
        customer.locale.parse::<hostwright_panel::platform::texts::Locale>().map_or("", |locale| locale.name());
    let facts = Facts::new()
        .fact(page.t("office-customer-name"), &customer.name)
        .maybe(page.t("office-company"), customer.company.as_ref())
        .fact(page.t("office-email"), link(format!("mailto:{}", customer.email), customer.email.as_str()))
        .fact(page.t("office-address"), lines)
        .maybe(page.t("office-tax-number"), customer.tax_number.as_ref().map(|number| copyable(page, number)))
        .fact(page.t("office-currency"), customer.currency.code())
        .fact(page.t("office-language"), language)
        .fact(page.t("office-time-zone"), customer.time_zone.replace('_', " "));
    Panel::new(page.t("office-contact")).id("contact").add(facts).view()
}

fn notes(page: &Page, customer: &CustomerView) -> Option<AnyView> {
    let notes = customer.notes.clone().filter(|notes| !notes.is_empty())?;
    let lines: Vec<AnyView> = notes
        .lines()
        .map(|line| {
            use leptos::prelude::*;
            html(view! { <p>{line.to_owned()}</p> })
        })
        .collect();
    Some(Panel::new(page.t("office-notes")).id("notes").add(lines).view())
}

fn members(page: &Page, customer: &CustomerView) -> AnyView {
    let mut facts = Vec::new();
    for member in &customer.members {
        let name = if page.may("people.show") {
            link(format!("/staff/people/{}", member.person_id), &member.name)
        } else {
            member.name.clone().view()
        };
        let remove = ActionButton::new(page, "customers.remove_member", page.t("office-member-remove"))
            .hidden("customer_id", customer.id.as_str())
            .hidden("person_id", member.person_id.as_str())
            .confirm(page.t_with("office-member-remove-question", &[("name", member.name.clone().into())]), Vec::new());
        let mail = muted(member.email.as_str());
        let role = badge(Tone::Quiet, common::member_role(page, member.role));
        facts.push(stack(vec![row(vec![name, role]), mail, remove.view()]));
    }
    let roles =
        MemberRole::ALL.iter().map(|role| Choice::new(role.to_string(), common::member_role(page, *role))).collect();
    let add = Form::new(page, "customers.add_member")
        .id("add")
        .hidden("customer_id", customer.id.as_str())
        .field(Field::email("email", page.t("office-email")))
        .field(Field::text("name", page.t("office-name")).optional())
        .field(Field::select("role", page.t("office-role"), roles).value(MemberRole::Member.to_string()))
        .look(Look::Plain)
        .submit(page.t("office-member-add"));
    let mut panel = Panel::new(page.t("office-members")).id("members");
    if facts.is_empty() {
        panel = panel.add(muted(page.t("office-members-none")));
    }
    panel.add(stack(facts)).add(words::folded(page, "customers.add_member", page.t("office-member-add"), add)).view()
}

/// Holding the account back, and letting it go.
fn standing(page: &Page, customer: &CustomerView) -> AnyView {
    match customer.state {
        CustomerState::Active if page.may("customers.suspend") => {
            let form = Form::new(page, "customers.suspend")
                .id("suspend")
                .hidden("customer_id", customer.id.as_str())
                .piece(muted(page.t("office-customer-suspend-text")))
                .field(Field::text("reason", page.t("office-reason")).optional())
                .danger()
                .submit(page.t("office-customer-suspend"));
            Panel::new(page.t("office-customer-suspend")).id("suspend").tone(Tone::Bad).add(form).view()
        }
        CustomerState::Suspended if page.may("customers.resume") => {
            let resume = ActionButton::new(page, "customers.resume", page.t("office-customer-resume"))
                .hidden("customer_id", customer.id.as_str())
                .look(Look::Primary);
            Panel::new(page.t("office-customer-resume"))
                .id("resume")
                .add(muted(page.t("office-customer-resume-text")))
                .add(resume)
                .view()
        }
        CustomerState::Active | CustomerState::Suspended => nothing(),
    }
}

fn changes(page: &Page, seam: &Seam) -> AnyView {
    let Some(audit) = &seam.audit else { return nothing() };
    Panel::new(page.t("office-history"))
        .id("history")
        .aside(link(format!("/staff/audit?customer_id={}", seam.customer.id), page.t("office-all")))
        .add(history::timeline(page, audit))
        .view()
}
