use hostwright_frontend::page::{Notice, Page, Tone};
use hostwright_frontend::ui::*;

use crate::{at, day, eur};

pub fn dashboard(page: &mut Page) -> String {
    let page = &*page;
    let months = ["Jun 2025", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan 2026", "Feb", "Mar", "Apr", "May"];
    let sums = [
        812_050, 840_400, 861_000, 902_140, 899_000, 955_900, 1_010_250, 1_044_000, 1_039_500, 1_121_780, 1_188_040,
        1_243_190,
    ];
    let revenue = months
        .iter()
        .zip(sums)
        .fold(BarChart::money(page, "Revenue by month", "EUR".parse().unwrap()), |chart, (month, sum)| {
            chart.bar(*month, sum)
        });
    let hours: Vec<String> = (0..24).map(|hour| format!("{hour:02}:00")).collect();
    let cpu: Vec<Option<i64>> = (0..24).map(|h| (h != 7 && h != 8).then_some(22 + (h * 37) % 41)).collect();
    let steal: Vec<Option<i64>> = (0..24).map(|h| Some((h * 13) % 9)).collect();
    let load = LineChart::new(page, "Processor of all nodes, last day", "%", 0, hours)
        .top(100)
        .series("Used", cpu)
        .series("Stolen", steal);
    let attention = Table::new("Tasks that need attention")
        .plain()
        .column(Column::text("Task"))
        .column(Column::text("Why"))
        .column(Column::text("Since").minor())
        .column(Column::actions("Actions"))
        .row(
            Row::new()
                .cell(link("/staff/tasks/1", "Build server mail-02"))
                .cell(State::new(Tone::Bad, "Node fra-2 does not answer"))
                .cell("14 min")
                .cell(ActionButton::new(page, "tasks.retry", "Try again").hidden("task", "tsk_1").look(Look::Quiet)),
        );
    Shell::new(page, "Overview")
        .add(grid(
            "tiles",
            vec![
                Stat::new("Revenue this month", page.money(eur(1_243_190)))
                    .note("+4.6 % against April")
                    .href("/staff/invoices")
                    .view(),
                Stat::new("Overdue", page.money(eur(47_110)))
                    .note("6 invoices, oldest 21 days")
                    .tone(Tone::Bad)
                    .href("/staff/invoices?filter=overdue")
                    .view(),
                Stat::new("Servers running", "214").note("of 231").href("/staff/servers").view(),
                Stat::new("Open tickets", "3").note("oldest answer due in 2 h").href("/staff/tickets").view(),
            ],
        ))
        .add(
            Panel::new("Needs attention")
                .flush()
                .tone(Tone::Warn)
                .aside(link("/staff/tasks", "All tasks"))
                .add(attention),
        )
        .add(grid("halves", vec![Panel::new("Money").add(revenue).view(), Panel::new("Load").add(load).view()]))
        .add(
            Panel::new("Nodes")
                .add(
                    Meter::new(page, "fra-1 memory", 256, "256 GiB")
                        .slice("Running", 148, "148 GiB", Tone::Quiet)
                        .slice("Reserved", 40, "40 GiB", Tone::Quiet)
                        .slice("Panel and system", 8, "8 GiB", Tone::Quiet),
                )
                .add(
                    Meter::new(page, "fra-2 memory", 256, "256 GiB")
                        .slice("Running", 190, "190 GiB", Tone::Quiet)
                        .slice("Overbooked", 84, "84 GiB", Tone::Bad),
                ),
        )
        .render()
}

pub fn customers(page: &mut Page) -> String {
    let page = &*page;
    let names = [
        ("Brandt Werbung GmbH", "rechnung@brandt.example", 4, 0, Tone::Good, "Settled"),
        ("Åsa Lindqvist", "asa@lindqvist.example", 1, 5900, Tone::Bad, "Overdue"),
        ("Café Zuckerstück & Söhne", "kontakt@zuckerstueck.example", 2, 1190, Tone::Warn, "Due soon"),
        ("Kowalski Software sp. z o.o.", "faktury@kowalski.example", 12, 124_950, Tone::Bad, "Overdue"),
        ("M. O'Neill", "mo@neill.example", 1, -1200, Tone::Good, "In credit"),
        ("Old Customer Ltd", "gone@old.example", 0, 0, Tone::Quiet, "Closed"),
        (
            "A very long company name that does not fit anywhere Aktiengesellschaft",
            "someone.with.a.long.address@subdomain.example",
            3,
            0,
            Tone::Working,
            "First order",
        ),
    ];
    let table = Table::new("Customers")
        .column(Column::text("Name"))
        .column(Column::text("Mail").minor())
        .column(Column::number("Servers"))
        .column(Column::number("Balance due"))
        .column(Column::text("State"))
        .column(Column::actions("Actions"))
        .rows(names.into_iter().enumerate().map(|(index, (name, mail, servers, due, tone, word))| {
            Row::to("/staff/customers/cus_1")
                .quiet(tone == Tone::Quiet)
                .cell(name)
                .cell(mail)
                .cell(page.count(servers))
                .cell(money(page, eur(due)))
                .cell(State::new(tone, word))
                .cell(
                    ActionButton::new(page, "customers.resume", "Remind")
                        .hidden("customer", format!("cus_{index}"))
                        .look(Look::Quiet),
                )
        }))
        .total("7 customers")
        .total("")
        .total("23")
        .total(money(page, eur(130_840)))
        .total("")
        .total("");
    Shell::new(page, "Customers")
        .primary(ButtonLink::primary("New customer", "/staff/customers/new"))
        .add(
            Filters::new(page)
                .counted("All", page.with_query("filter", None), false, 1204)
                .counted("Overdue", page.with_query("filter", Some("overdue")), true, 6)
                .link("In credit", page.with_query("filter", Some("credit")), false)
                .link("Closed", page.with_query("filter", Some("closed")), false)
                .search("search", "", "Name, mail, number")
                .keep("filter", "overdue"),
        )
        .add(table)
        .add(
            Pager::new(page, Some("/staff/customers".to_owned()), Some("/staff/customers?after=x".to_owned()))
                .shown("Newest first"),
        )
        .render()
}

pub fn customer(page: &mut Page) -> String {
    page.notices.push(crate::notice_with_undo());
    page.notices.push(Notice::new(Tone::Bad, "The mail to rechnung@brandt.example was refused: the mailbox is full."));
    let page = &*page;
    let servers = Table::new("Servers")
        .plain()
        .column(Column::text("Name"))
        .column(Column::text("Address"))
        .column(Column::text("State"))
        .column(Column::text("Renews").minor())
        .row(
            Row::to("/staff/servers/1")
                .cell("web-01")
                .cell(copyable(page, "203.0.113.10"))
                .cell(State::new(Tone::Good, "Running"))
                .cell(page.day(day("2026-06-03"))),
        )
        .row(
            Row::to("/staff/servers/2")
                .cell("web-02")
                .cell(copyable(page, "203.0.113.11"))
                .cell(State::new(Tone::Bad, "Suspended").since("since 3 May"))
                .cell(page.day(day("2026-05-03"))),
        );
    let invoices = Table::new("Invoices")
        .plain()
        .column(Column::text("Number"))
        .column(Column::text("Due"))
        .column(Column::number("Total"))
        .column(Column::text("State"))
        .row(
            Row::to("/staff/invoices/1")
                .cell("2026-00042")
                .cell(page.day(day("2026-04-19")))
                .cell(money(page, eur(5900)))
                .cell(State::new(Tone::Bad, "14 days overdue")),
        )
        .row(
            Row::to("/staff/invoices/2")
                .cell("2026-00031")
                .cell(page.day(day("2026-03-19")))
                .cell(money(page, eur(5900)))
                .cell(State::new(Tone::Good, "Paid")),
        );
    Shell::new(page, "Brandt Werbung GmbH")
        .crumb("Customers", "/staff/customers")
        .state(State::new(Tone::Warn, "Owes money"))
        .id("cus_01k2v9q3m7")
        .other(ButtonLink::plain("Edit", "/staff/customers/cus_1/edit"))
        .primary(ButtonLink::primary("New order", "/staff/orders/new"))
        .tabs(
            Tabs::new("Sections")
                .tab("Overview", "#overview", true)
                .counted("Servers", "#servers", false, "4")
                .counted("Invoices", "#invoices", false, "31")
                .tab("History", "#history", false),
        )
        .add(
            Notes::new(Tone::Warn, "Suspended on 3 May: invoice 2026-00042 is 14 days overdue. Pay EUR 59.00 and it starts within a minute.")
                .title("web-02 is suspended")
                .add(ActionButton::new(page, "payments.record", "Record a payment").hidden("invoice", "inv_1")),
        )
        .add(grid(
            "tiles",
            vec![
                Stat::new("Owes", page.money(eur(5900))).tone(Tone::Bad).note("since 19 April 2026").href("#invoices").view(),
                Stat::new("Credit", page.money(eur(1200))).view(),
                Stat::new("Paid in total", page.money(eur(182_900))).href("/staff/payments").view(),
                Stat::new("Pays each month", page.money(eur(23_600))).view(),
            ],
        ))
        .add(grid(
            "main-side",
            vec![
                stack(vec![
                    Panel::new("Servers").flush().aside(link("/staff/servers", "All 4")).add(servers).view(),
                    Panel::new("Invoices").flush().aside(link("/staff/invoices", "All 31")).add(invoices).view(),
                    Panel::new("Address and tax")
                        .add(
                            Facts::new()
                                .fact("Company", "Brandt Werbung GmbH")
                                .fact("Contact", "Ada Brandt")
                                .fact("Mail", link("mailto:a@b.example", "rechnung@brandt.example"))
                                .fact("Address", "Hafenstr. 12, 20457 Hamburg")
                                .fact("Country", "Germany")
                                .fact("VAT number", copyable(page, "DE123456789"))
                                .fact("Currency", "EUR")
                                .maybe("Phone", None::<String>),
                        )
                        .view(),
                ]),
                stack(vec![
                    Panel::new("Open tickets")
                        .add(Facts::new().fact("#1042", link("/staff/tickets/1", "Server does not start")).fact("#1040", link("/staff/tickets/2", "Invoice address")))
                        .view(),
                    Panel::new("History").id("history").add(history(page)).view(),
                ]),
            ],
        ))
        .render()
}

fn history(page: &Page) -> Timeline<'_> {
    Timeline::new(page)
        .event(
            Event::new(at("2026-05-03T06:00:00Z"), "Server web-02 was suspended")
                .tone(Tone::Bad)
                .who("renewals")
                .detail("Invoice 2026-00042, 14 days overdue"),
        )
        .event(Event::new(at("2026-04-26T06:00:05Z"), "Reminder sent").who("renewals").tone(Tone::Warn))
        .event(
            Event::new(at("2026-04-05T06:00:00Z"), link("/staff/invoices/1", "Invoice 2026-00042 was issued"))
                .who("renewals"),
        )
        .event(Event::new(at("2025-05-03T12:05:00Z"), "Signed up").tone(Tone::Good).who("Ada Brandt"))
}

pub fn server(page: &mut Page) -> String {
    page.live = Some(2);
    let page = &*page;
    let task = TaskView::new(page, "Start server", State::new(Tone::Working, "Running"))
        .fact("Ada Brandt")
        .fact(page.instant(at("2026-05-03T12:05:00Z")))
        .fact("attempt 2")
        .step(
            Step::new("Check that the contract allows it", StepState::Done)
                .started(Some(at("2026-05-03T12:05:00Z")))
                .took(Some(0)),
        )
        .step(
            Step::new("Make sure the disk exists", StepState::Done)
                .started(Some(at("2026-05-03T12:05:01Z")))
                .took(Some(3)),
        )
        .step(Step::new("Check the address filter", StepState::Skipped))
        .step(
            Step::new("Start the machine", StepState::Running)
                .started(Some(at("2026-05-03T12:05:04Z")))
                .note(Some("asked libvirt, waiting for the state".to_owned())),
        )
        .step(Step::new("Read the greeting", StepState::Waiting));
    let failed = TaskView::new(page, "Build server", State::new(Tone::Bad, "Needs attention"))
        .step(
            Step::new("Make sure the disk exists", StepState::Failed)
                .took(Some(94))
                .note(Some("pool 'ssd' on fra-2 has 3 GiB left, 40 GiB are needed".to_owned())),
        )
        .step(Step::new("Start the machine", StepState::Waiting))
        .action(ActionButton::new(page, "tasks.retry", "Try again").hidden("task", "t"));
    Shell::new(page, "web-01")
        .crumb("Servers", "/staff/servers")
        .crumb("Brandt Werbung GmbH", "/staff/customers/1")
        .state(State::new(Tone::Working, "Starting").since("for 12 s"))
        .id("srv_01k2v9q3m7z8")
        .other(ActionButton::new(page, "servers.reboot", "Reboot").hidden("server", "srv_1"))
        .other(ActionButton::new(page, "servers.shut_down", "Shut down").hidden("server", "srv_1").disabled("not running yet"))
        .primary(ActionButton::new(page, "servers.start", "Start").hidden("server", "srv_1").look(Look::Primary))
        .add(grid(
            "main-side",
            vec![
                stack(vec![
                    live("task", Panel::new("What is going on").add(task).add(failed)),
                    live("console", Panel::new("Console").add(Console::new(page, "Serial console, last 200 lines", "[    0.000000] Linux version 6.1.0-18-amd64\n[    0.412331] virtio_blk virtio1: [vda] 20971520 512-byte logical blocks\n\u{1b}[32mWelcome to Hostwright tiny\u{1b}[0m\nweb-01 login: "))),
                    Panel::new("Delete").tone(Tone::Bad).add(
                        ActionButton::new(page, "servers.delete", "Delete server")
                            .hidden("server", "srv_1")
                            .confirm("Delete web-01 of Brandt Werbung GmbH?", vec!["Disk of 40 GiB, kept for 7 days".to_owned(), "Address 203.0.113.10, released after 1 day".to_owned()]),
                    ).view(),
                ]),
                stack(vec![
                    Panel::new("Server").add(Facts::new().fact("Plan", "Small").fact("Processor", "2 vCPU").fact("Memory", "4 GiB").fact("Disk", "40 GiB").fact("IPv4", copyable(page, "203.0.113.10")).fact("IPv6", copyable(page, "2001:db8:1:2::10")).fact("Node", link("/staff/nodes/1", "fra-1"))).view(),
                    Panel::new("Contract").add(Facts::new().fact("Price", money(page, eur(5900))).fact("Next invoice", page.day(day("2026-06-03"))).fact("Paid until", page.day(day("2026-06-03"))).fact("Renewal", "Every month")).view(),
                ]),
            ],
        ))
        .render()
}

pub fn ticket(page: &mut Page) -> String {
    let page = &*page;
    let thread = Thread::new(page)
        .message(Message::new(MessageKind::Customer, "Ada Brandt", at("2026-05-03T06:12:00Z"), "Hello,\n\nmy server web-02 does not start since this morning. The page says \"suspended\", but I have paid!\n\nRegards\nAda").attachment(Attachment { name: "transfer.pdf".to_owned(), size: "84 KiB".to_owned(), href: "/files/1".to_owned() }))
        .message(Message::new(MessageKind::Internal, "Jonas Weber", at("2026-05-03T06:20:00Z"), "Transfer has the wrong reference (2026-00024). Booked to Lindqvist by mistake?"))
        .message(Message::new(MessageKind::Staff, "Jonas Weber", at("2026-05-03T06:31:00Z"), "Dear Ms Brandt,\n\nyour transfer came with the number of another invoice. We have booked it to yours now; your server is starting.\n\n<script>alert(1)</script>"));
    let reply = Form::new(page, "tickets.reply")
        .hidden("ticket", "tkt_1")
        .multipart()
        .field(Field::textarea("text", "Your answer", 6))
        .field(Field::files("files", "Attachments").hint("Up to 10 MiB together"))
        .submit("Send answer")
        .second("Send and close", "close", "yes");
    Shell::new(page, "Server does not start")
        .crumb("Tickets", "/staff/tickets")
        .state(State::new(Tone::Warn, "Waits for us").since("for 2 h"))
        .id("#1042")
        .add(grid(
            "main-side",
            vec![
                stack(vec![thread.view(), Panel::new("Answer").add(reply).view()]),
                stack(vec![
                    Panel::new("web-02")
                        .add(
                            Facts::new()
                                .fact("State", State::new(Tone::Bad, "Suspended"))
                                .fact("Observed", State::new(Tone::Quiet, "Stopped"))
                                .fact("Node", "fra-1")
                                .fact("Task", State::new(Tone::Working, "Starting")),
                        )
                        .view(),
                    Panel::new("Brandt Werbung GmbH")
                        .add(
                            Facts::new()
                                .fact("Owes", money(page, eur(5900)))
                                .fact("Since", page.day(day("2026-04-19")))
                                .fact("Customer since", "2025"),
                        )
                        .view(),
                ]),
            ],
        ))
        .render()
}
