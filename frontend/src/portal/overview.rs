//! Where a customer starts: servers with their state, what is owed, open tickets.

use hostwright_panel::auth::policy::Action;
use hostwright_panel::billing;
use hostwright_panel::billing::queries::{Balance, ShowBalance};
use hostwright_panel::customers;
use hostwright_panel::platform::ListInput;
use hostwright_panel::platform::error::Result;
use hostwright_panel::servers::queries::{self as servers, ListServers};
use hostwright_panel::tickets::model::TicketState;
use hostwright_panel::tickets::queries::{self as tickets, ListTickets};

use super::{invoices, servers as server_pages, tickets as ticket_pages};
use crate::page::{Page, Tone};
use crate::route::{Drawn, Visit};
use crate::ui::{ButtonLink, Shell, Stat, grid, live};

/// Rows of each list on this page.
const ROWS: i64 = 10;

/// Draws the page. Staff who belong to no customer start in their own area.
///
/// # Errors
/// When nobody is signed in, or the database fails.
pub async fn show(mut visit: Visit) -> Result<Drawn> {
    let person = visit.call.person()?;
    if person.memberships.is_empty() && person.staff.is_some() {
        return Ok(Drawn::GoTo("/staff".to_owned()));
    }
    let (call, limit) = (&visit.call, Some(ROWS));
    let first = person.name.split_whitespace().next().unwrap_or_default().to_owned();
    let found = servers::list(call, ListServers { limit, ..ListServers::default() }).await?.items;
    let open = ListInput { state: Some("open".to_owned()), limit, ..ListInput::default() };
    let invoices = billing::invoices::queries::list(call, open).await?.items;
    let tickets = tickets::list(call, ListTickets { limit, ..ListTickets::default() }).await?.items;
    let tickets: Vec<_> = tickets.into_iter().filter(|ticket| ticket.state != TicketState::Closed).collect();
    let mut balances = Vec::new();
    if call.may(Action::ShowBalance) {
        for customer in customers::queries::list(call, ListInput::default()).await?.items {
            let input = ShowBalance { customer_id: customer.id.to_string(), currency: None };
            balances.push(billing::queries::balance(call, input).await?);
        }
    }
    let today = call.db.read(|tx| Ok(billing::entity::load_in(tx)?.today(tx.now()))).await?;
    visit.page.live = Some(if found.iter().any(|server| server.busy.is_some()) { 2 } else { 15 });
    let page = &visit.page;
    let mut tiles: Vec<_> = Vec::new();
    for balance in &balances {
        tiles.extend(money_tiles(page, balance, today));
    }
    tiles.push(
        Stat::new(page.t("portal-servers"), page.count(i64::try_from(found.len()).unwrap_or(i64::MAX)))
            .href("/portal/servers"),
    );
    let tiles = tiles.into_iter().map(crate::ui::Piece::view).collect();
    Ok(Shell::new(page, page.t_with("portal-hello", &[("name", first.into())]))
        .primary(page.may("orders.place").then(|| ButtonLink::primary(page.t("portal-order"), "/portal/order")))
        .add(live("tiles", grid("tiles", tiles)))
        .add(live("servers", server_pages::panel(page, &found)))
        .add((!invoices.is_empty()).then(|| invoices::panel(page, &invoices)))
        .add(ticket_pages::panel(page, &tickets))
        .render()
        .into())
}

fn money_tiles(page: &Page, balance: &Balance, today: hostwright_kernel::Day) -> Vec<Stat> {
    let owed = Stat::new(page.t("portal-owed"), page.money(balance.open)).href("/portal/invoices");
    let owed = match balance.oldest_due {
        Some(due) if due < today => {
            owed.tone(Tone::Bad).note(page.t_with("portal-owed-since", &[("day", page.day(due).into())]))
        }
        Some(due) => owed.note(page.t_with("portal-owed-until", &[("day", page.day(due).into())])),
        None => owed.note(page.t("portal-owed-nothing")),
    };
    let mut tiles = vec![owed];
    if balance.credit.is_positive() {
        tiles.push(Stat::new(page.t("portal-credit"), page.money(balance.credit)).note(page.t("portal-credit-hint")));
    }
    tiles
}
