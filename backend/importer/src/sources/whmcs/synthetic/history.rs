//! What happened: invoices, payments, credit, tickets.

use std::io::{self, Write};

use super::{Planted, Table};
use crate::snapshot::{GapKind, Kind};

pub(super) fn money(out: &mut impl Write, planted: &mut Planted, clients: u64) -> io::Result<()> {
    let mut table = Table::new(
        out,
        "tblinvoices",
        "id:i userid:i invoicenum date duedate datepaid subtotal:m credit:m tax:m tax2:m total:m taxrate taxrate2 status paymentmethod",
    )?;
    for id in 1..=clients {
        let number = if id % 2 == 0 { format!("INV-{id}") } else { String::new() };
        let (status, paid) = match id % 6 {
            0 => ("Unpaid", "0000-00-00 00:00:00"),
            1 => ("Refunded", "2024-01-05 00:00:00"),
            2 => ("Collections", "0000-00-00 00:00:00"),
            _ => ("Paid", "2024-01-05 12:13:14"),
        };
        if paid.starts_with("0000") {
            planted.gap(GapKind::FactChanged, "tblinvoices", "a zero date");
        }
        table.row(&format!(
            "{id},{id},'{number}','2024-01-01','2024-01-08','{paid}',100.00,0.00,19.00,0.00,119.00,'19.000','0.000','{status}','stripe'"
        ))?;
        planted.record(Kind::Invoice);
    }
    table.end(planted)?;

    let mut table =
        Table::new(out, "tblinvoiceitems", "id:i invoiceid:i userid:i type relid:i description amount:m taxed:i")?;
    for id in 1..=clients {
        // Mass payment: the line names another invoice. Added funds: no service at all.
        let (kind, subject) = match id % 12 {
            5 if id > 1 => ("Invoice", id - 1),
            7 => ("AddFunds", 0),
            9 => ("LateFee", id),
            _ => ("Hosting", id),
        };
        table.row(&format!("{id},{id},{id},'{kind}',{subject},'Line {id} & more',100.00,1"))?;
        planted.record(Kind::InvoiceLine);
    }
    table.row(&format!("{},0,1,'Item',0,'billed later',5.00,0", clients + 1))?;
    planted.gap(GapKind::Skipped, "tblinvoiceitems", "a line of no invoice");
    table.end(planted)?;

    let mut table = Table::new(
        out,
        "tblaccounts",
        "id:i userid:i currency:i gateway date description amountin:m fees:m amountout:m rate transid invoiceid:i refundid:i",
    )?;
    for id in 1..=clients {
        table.row(&format!(
            "{id},{id},0,'stripe','2024-01-05 12:13:14','Payment',119.00,1.50,0.00,'1.00000','tx{id}',{id},0"
        ))?;
        planted.record(Kind::Payment);
    }
    for id in (1..=clients).filter(|id| id % 6 == 1) {
        table.row(&format!(
            "{},{id},0,'stripe','2024-02-05 12:13:14','Refund',0.00,0.00,119.00,'1.00000','re{id}',{id},{id}",
            clients + id
        ))?;
        planted.record(Kind::Payment);
    }
    table.end(planted)?;

    let mut table = Table::new(out, "tblcredit", "id:i clientid:i date description amount:m relid:i")?;
    for id in (1..=clients).filter(|id| id % 3 == 0) {
        table.row(&format!("{id},{id},'2024-01-06','Credit used',-5.00,{id}"))?;
        planted.record(Kind::CreditEntry);
    }
    table.end(planted)
}

pub(super) fn tickets(out: &mut impl Write, planted: &mut Planted, clients: u64) -> io::Result<()> {
    let mut table = Table::new(out, "tblticketdepartments", "id:i name email hidden")?;
    table.row("1,'Support','support@example.org',''")?;
    planted.record(Kind::Department);
    table.end(planted)?;
    let mut table = Table::new(out, "tblticketstatuses", "id:i title showactive:i showawaiting:i")?;
    for (id, (title, is_open)) in [("Open", 1), ("Answered", 1), ("Closed", 0), ("Archived", 0)].iter().enumerate() {
        table.row(&format!("{},'{title}',{is_open},0", id + 1))?;
    }
    table.end(planted)?;

    let mut table = Table::new(
        out,
        "tbltickets",
        "id:i tid did:i userid:i name email date title message status urgency admin attachment service merged_ticket_id:i",
    )?;
    for id in 1..=clients {
        let merged = if id % 15 == 2 { id - 1 } else { 0 };
        let attachment = if id % 20 == 0 {
            planted.gap(GapKind::FactLost, "tbltickets", "folder of attachments was not given");
            "12345_log file.txt"
        } else {
            ""
        };
        let status = if id % 3 == 0 { "Archived" } else { "Open" };
        table.row(&format!(
            "{id},'T{id}',1,{id},'','','2025-01-01 08:00:00','Subject {id}','Line one\\nline ''two''','{status}','High','','{attachment}','S{id}',{merged}"
        ))?;
        planted.record(Kind::Ticket);
        planted.record(Kind::TicketMessage);
    }
    table.end(planted)?;
    let mut table = Table::new(out, "tblticketreplies", "id:i tid:i userid:i name date message admin attachment")?;
    for id in 1..=clients {
        table.row(&format!("{id},{id},0,'','2025-01-02 08:00:00','Answer {id}','Ada Min',''"))?;
        planted.record(Kind::TicketMessage);
    }
    table.row(&format!("{},{},0,'','2025-01-02 08:00:00','Lost','Ada Min',''", clients + 1, clients + 7))?;
    planted.record(Kind::TicketMessage);
    planted.gap(GapKind::Dangling, "tblticketreplies", "no such ticket");
    table.end(planted)?;
    let mut table = Table::new(out, "tblticketnotes", "id:i ticketid:i admin date message")?;
    for id in (1..=clients).filter(|id| id % 4 == 0) {
        table.row(&format!("{id},{id},'Ada Min','2025-01-03 08:00:00','Between us'"))?;
        planted.record(Kind::TicketMessage);
    }
    table.end(planted)
}
