//! Mails on a real database, and through a real mail server.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::Text;
use hostwright_gateways::SmtpTransport;
use hostwright_gateways::smtp::Security;
use hostwright_panel::auth::call::Call;
use hostwright_panel::auth::policy::MemberRole;
use hostwright_panel::notifications::commands::queue_in;
use hostwright_panel::notifications::jobs::SendHandler;
use hostwright_panel::notifications::model::{Link, MailKind, NewMail};
use hostwright_panel::notifications::ports::{Delivery, InvoiceFile, MailTransport, OutgoingMail};
use hostwright_panel::on_each;
use hostwright_panel::platform::download::Download;
use hostwright_panel::platform::worker::{BoxFuture, Worker};
use hostwright_panel::reactions;
use hostwright_tests::{World, on_both_engines, text};
use serde_json::{Value, json};

const TOKEN: &str = "the-one-time-token";

fn notice(occurrence: &str) -> NewMail {
    NewMail {
        kind: MailKind::ServerResumed,
        recipient: "ada@example.org".to_owned(),
        person_id: None,
        customer_id: None,
        subject_id: "srv_1".to_owned(),
        occurrence: occurrence.to_owned(),
        locale: "en".to_owned(),
        args: vec![("name".to_owned(), "Ada".to_owned()), ("server".to_owned(), "web-1".to_owned())],
        link: Link::Page("/portal/servers/srv_1".to_owned()),
        attached_invoice: None,
    }
}

fn reset(world: &World, occurrence: &str) -> NewMail {
    NewMail {
        kind: MailKind::ResetPassword,
        args: vec![("name".to_owned(), "Ada".to_owned())],
        link: Link::OneTime {
            path: "/reset/".to_owned(),
            sealed_token: world.owner().vault.seal("link", TOKEN).unwrap(),
        },
        ..notice(occurrence)
    }
}

async fn queue(world: &World, mail: NewMail) -> String {
    world.db.write(move |tx| queue_in(tx, &mail)).await.unwrap().to_string()
}

async fn show(world: &World, id: &str) -> Value {
    world.done(&world.owner(), "mails.show", json!({ "mail_id": id })).await
}

async fn state(world: &World, id: &str) -> String {
    text(&show(world, id).await["mail"], "state")
}

/// A worker that sends through this transport only.
fn worker(world: &World, transport: Arc<dyn MailTransport>) -> Worker {
    let call = Call::system(world.db.clone(), world.owner().vault, "http://panel.test".into(), "mails");
    let invoice_file: InvoiceFile = Arc::new(|id| {
        Box::pin(async move {
            Ok(Download {
                name: format!("{id}.pdf"),
                content_type: "application/pdf".to_owned(),
                bytes: b"%PDF-1.7 made for a test".to_vec(),
            })
        })
    });
    let handler = SendHandler::new(call, transport, invoice_file, "panel@panel.test".to_owned());
    let name = hostwright_kernel::id::fresh("wrk");
    Worker::new(world.db.clone(), name, vec![Arc::new(handler)], reactions::react, 4)
}

/// Lets what waits for its turn wait no longer: back-off and leases run on the
/// machine's clock, which a test does not move.
async fn time_passes(world: &World) {
    world
        .db
        .write(|tx| {
            let statement = "UPDATE jobs SET run_at = '2000-01-01 00:00:00', lease_until = '2000-01-01 00:00:00' \
                             WHERE kind = 'notifications.send' AND state IN ('queued', 'running', 'attention')";
            on_each!(tx.conn, |conn| diesel::sql_query(statement).execute(conn))?;
            Ok(())
        })
        .await
        .unwrap();
}

/// Answers as it is told, in turn, and counts.
struct Scripted {
    answers: std::sync::Mutex<Vec<Delivery>>,
    calls: AtomicUsize,
}

impl Scripted {
    fn new(answers: Vec<Delivery>) -> Arc<Self> {
        Arc::new(Self { answers: std::sync::Mutex::new(answers), calls: AtomicUsize::new(0) })
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

impl MailTransport for Scripted {
    fn send<'a>(&'a self, _mail: &'a OutgoingMail) -> BoxFuture<'a, Delivery> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let answer = self.answers.lock().unwrap().remove(0);
        Box::pin(async move { answer })
    }
}

/// Takes a mail and never answers, as when the machine dies at that moment.
#[derive(Default)]
struct Silent {
    calls: AtomicUsize,
}

impl MailTransport for Silent {
    fn send<'a>(&'a self, _mail: &'a OutgoingMail) -> BoxFuture<'a, Delivery> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        Box::pin(std::future::pending())
    }
}

/// Runs a worker until its transport has a mail, then kills it.
async fn dies_while_sending(world: &World) {
    let silent = Arc::new(Silent::default());
    let doomed = worker(world, silent.clone());
    let task = tokio::spawn(async move { doomed.run_until_idle().await });
    while silent.calls.load(Ordering::SeqCst) == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    task.abort();
    let _killed = task.await;
    time_passes(world).await;
}

on_both_engines! {
    async fn a_mail_is_queued_once_for_its_occasion(world) {
        let first = queue(world, notice("evt_1")).await;
        assert_eq!(queue(world, notice("evt_1")).await, first);
        assert_ne!(queue(world, notice("evt_2")).await, first);
        world.settle().await;
        assert_eq!(world.mailbox.to("ada@example.org").len(), 2);
        assert_eq!(queue(world, notice("evt_1")).await, first);
        world.settle().await;
        assert_eq!(world.mailbox.to("ada@example.org").len(), 2, "also once it was sent");
        let sent = world.mailbox.to("ada@example.org").remove(0);
        assert_eq!(sent.subject, "web-1 starts again");
        assert!(sent.text.contains("http://panel.test/portal/servers/srv_1"));
        assert!(sent.html.contains("href=\"http://panel.test/portal/servers/srv_1\""));
        assert_eq!(state(world, &first).await, "sent");
    }

    async fn a_mail_of_a_change_that_failed_does_not_exist(world) {
        let failed: Result<(), _> = world
            .db
            .write(|tx| {
                queue_in(tx, &notice("evt_1"))?;
                Err(hostwright_panel::platform::Error::internal("the change failed"))
            })
            .await;
        assert!(failed.is_err());
        world.settle().await;
        assert!(world.mailbox.mails().is_empty());
    }

    async fn a_one_time_link_is_in_the_mail_and_nowhere_else(world) {
        let id = queue(world, reset(world, "evt_1")).await;
        assert!(!everything_stored(world).await.contains(TOKEN));
        let shown = show(world, &id).await;
        assert!(text(&shown, "text").contains("http://panel.test/reset/••••••••"));
        assert!(!shown.to_string().contains(TOKEN));
        world.settle().await;
        let sent = world.mailbox.to("ada@example.org").remove(0);
        assert!(sent.text.contains(&format!("http://panel.test/reset/{TOKEN}\n")));
        assert!(sent.html.contains(&format!("href=\"http://panel.test/reset/{TOKEN}\"")));
        assert!(!everything_stored(world).await.contains(TOKEN));
        assert!(!format!("{sent:?}").contains(TOKEN), "nor in a log");
        assert_eq!(world.refused(&world.owner(), "mails.resend", json!({ "mail_id": id })).await, "mails.link_gone");
    }

    async fn a_link_sealed_with_another_key_ends_the_mail(world) {
        let mut mail = reset(world, "evt_1");
        mail.link = Link::OneTime { path: "/reset/".to_owned(), sealed_token: "altered".to_owned() };
        let id = queue(world, mail).await;
        world.settle().await;
        let shown = show(world, &id).await;
        assert_eq!(shown["mail"]["state"], "failed");
        assert!(text(&shown["mail"], "error").contains("key file"), "{shown}");
        assert!(world.mailbox.mails().is_empty());
    }

    async fn one_recipient_is_not_flooded_with_one_kind(world) {
        for n in 0..7 {
            queue(world, reset(world, &format!("evt_{n}"))).await;
        }
        queue(world, notice("evt_x")).await;
        world.settle().await;
        assert_eq!(world.mailbox.mails().len(), 6, "five of the kind, and one of another");
        let held = world.done(&world.owner(), "mails.list", json!({ "state": "suppressed" })).await;
        assert_eq!(held["items"].as_array().unwrap().len(), 2);
        let id = text(&held["items"][0], "id");
        assert_eq!(world.refused(&world.owner(), "mails.resend", json!({ "mail_id": id })).await, "mails.link_gone");
        world.clock.advance_seconds(3_601);
        queue(world, reset(world, "evt_later")).await;
        world.settle().await;
        assert_eq!(world.mailbox.mails().len(), 7);
    }

    async fn a_bad_recipient_does_not_break_the_business(world) {
        let mut mail = notice("evt_1");
        mail.recipient = "ada@example.org\r\nBcc: eve@example.org".to_owned();
        let id = queue(world, mail).await;
        world.settle().await;
        let shown = show(world, &id).await;
        assert_eq!((&shown["mail"]["state"], &shown["mail"]["tries"]), (&json!("failed"), &json!(0)));
        assert!(world.mailbox.mails().is_empty());
        let mut german = world.owner();
        german.locale = "de".to_owned();
        let shown = world.done(&german, "mails.show", json!({ "mail_id": id })).await;
        assert_eq!(shown["mail"]["error"], "Der Empfänger ist keine Mailadresse.");
    }

    async fn a_lasting_refusal_ends_with_the_servers_words_and_can_be_repeated(world) {
        let transport = Scripted::new(vec![Delivery::Refused("550 no such mailbox".to_owned()), Delivery::Accepted("250".to_owned())]);
        let worker = worker(world, transport.clone());
        let id = queue(world, notice("evt_1")).await;
        assert_eq!(world.refused(&world.owner(), "mails.resend", json!({ "mail_id": id })).await, "mails.on_its_way");
        worker.run_until_idle().await.unwrap();
        let shown = show(world, &id).await;
        assert_eq!((&shown["mail"]["state"], &shown["mail"]["error"]), (&json!("failed"), &json!("550 no such mailbox")));
        let again = world.done(&world.owner(), "mails.resend", json!({ "mail_id": id })).await;
        assert_eq!((&again["id"], &again["state"]), (&json!(id), &json!("queued")), "the same mail, under the same Message-ID");
        worker.run_until_idle().await.unwrap();
        assert_eq!(state(world, &id).await, "sent");
        assert_eq!(transport.calls(), 2);
    }

    async fn a_passing_refusal_waits_and_goes_out_later(world) {
        let transport = Scripted::new(vec![
            Delivery::Later("451 greylisted".to_owned()),
            Delivery::Later("connection refused".to_owned()),
            Delivery::Accepted("250".to_owned()),
        ]);
        let worker = worker(world, transport.clone());
        let id = queue(world, notice("evt_1")).await;
        worker.run_until_idle().await.unwrap();
        let shown = show(world, &id).await;
        assert_eq!((&shown["mail"]["state"], &shown["mail"]["error"]), (&json!("queued"), &json!("451 greylisted")));
        for _ in 0..2 {
            time_passes(world).await;
            worker.run_until_idle().await.unwrap();
        }
        assert_eq!(state(world, &id).await, "sent");
        assert_eq!(show(world, &id).await["mail"]["tries"], 3);
        assert_eq!(transport.calls(), 3);
    }

    async fn workers_side_by_side_send_each_mail_once(world) {
        let mut ids = Vec::new();
        for n in 0..24 {
            ids.push(queue(world, notice(&format!("evt_{n}"))).await);
        }
        let mut running = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let worker = worker(world, world.mailbox.clone());
            running.spawn(async move { worker.run_until_idle().await.unwrap() });
        }
        running.join_all().await;
        let mut sent: Vec<String> = world.mailbox.mails().iter().map(|mail| mail.id.to_string()).collect();
        sent.sort();
        assert_eq!(sent, ids);
    }

    async fn a_sender_that_dies_is_followed_once_and_no_second_time(world) {
        let first = queue(world, notice("evt_1")).await;
        dies_while_sending(world).await;
        assert_eq!(state(world, &first).await, "sending");
        world.settle().await;
        assert_eq!(world.mailbox.mails().len(), 1, "sent once more, because nobody can know");
        assert_eq!(world.mailbox.mails()[0].id.to_string(), first, "as the same mail, for the receiver to tell");
        assert_eq!(state(world, &first).await, "sent");

        let second = queue(world, notice("evt_2")).await;
        dies_while_sending(world).await;
        dies_while_sending(world).await;
        world.settle().await;
        assert_eq!(world.mailbox.mails().len(), 1, "not a third time");
        let shown = show(world, &second).await;
        assert_eq!((&shown["mail"]["state"], &shown["mail"]["tries"]), (&json!("failed"), &json!(2)));
        assert!(text(&shown["mail"], "error").contains("may or may not"), "{shown}");
    }

    async fn an_answer_that_got_lost_counts_as_not_known(world) {
        let unknown = || Delivery::Unknown("connection reset".to_owned());
        let transport = Scripted::new(vec![unknown(), unknown()]);
        let worker = worker(world, transport.clone());
        let id = queue(world, notice("evt_1")).await;
        worker.run_until_idle().await.unwrap();
        assert_eq!(state(world, &id).await, "queued");
        time_passes(world).await;
        worker.run_until_idle().await.unwrap();
        assert_eq!(state(world, &id).await, "failed");
        time_passes(world).await;
        worker.run_until_idle().await.unwrap();
        assert_eq!(transport.calls(), 2);
    }

    async fn staff_lists_and_repeats_mails_and_customers_do_not(world) {
        let id = queue(world, notice("evt_1")).await;
        world.settle().await;
        let member = world.member("cus_00000000000000000000000000000001", MemberRole::Owner);
        for (action, input) in [
            ("mails.list", json!({})),
            ("mails.show", json!({ "mail_id": id })),
            ("mails.resend", json!({ "mail_id": id })),
        ] {
            assert_eq!(world.refused(&member, action, input).await, "auth.not_permitted");
        }
        let copy = world.done(&world.owner(), "mails.resend", json!({ "mail_id": id })).await;
        assert_ne!(copy["id"], json!(id), "a copy, so that the receiver shows it");
        world.settle().await;
        assert_eq!(world.mailbox.mails().len(), 2);
        let found = world.done(&world.owner(), "mails.list", json!({ "search": "WEB-1", "limit": 1 })).await;
        assert_eq!(found["items"][0]["id"], copy["id"]);
        let rest = world.done(&world.owner(), "mails.list", json!({ "search": "ada@", "after": found["next"] })).await;
        assert_eq!(rest["items"][0]["id"], json!(id));
        let gone = json!({ "mail_id": "mai_00000000000000000000000000000009" });
        assert_eq!(world.refused(&world.owner(), "mails.show", gone).await, "request.not_found");
    }

    async fn a_real_mail_server_gets_what_was_written(world) {
        let mut server = xtask::lab::MailServer::start().unwrap();
        let transport = SmtpTransport::new("127.0.0.1", server.port(), Security::Plain, None).unwrap();
        let worker = worker(world, Arc::new(transport));
        world.db.write(|tx| hostwright_panel::notifications::commands::set_sender_in(tx, "Nordlicht Hosting")).await.unwrap();
        let mut mail = notice("evt_1");
        mail.kind = MailKind::InvoiceIssued;
        mail.locale = "de".to_owned();
        mail.attached_invoice = Some("inv_1".to_owned());
        mail.args = [("name", "Jörg Groß"), ("number", "2027-00001"), ("total", "59,00 EUR"), ("due", "14. Februar 2027")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec();
        let id = queue(world, mail).await;
        worker.run_until_idle().await.unwrap();
        let received = server.wait_for(|mail| mail.to == ["ada@example.org"]).unwrap();
        assert_eq!(received.subject, "Rechnung 2027-00001 über 59,00 EUR");
        assert!(received.text.starts_with("Guten Tag Jörg Groß,\n"), "{}", received.text);
        assert!(received.html.contains("<html lang=\"de\">"));
        assert_eq!(received.from, "panel@panel.test");
        assert!(received.header("From").unwrap().contains("Nordlicht Hosting"));
        assert_eq!(received.header("Message-ID"), Some(format!("<{id}@panel.test>").as_str()));
        assert_eq!(received.header("Auto-Submitted"), Some("auto-generated"));
        assert_eq!(received.attachments.len(), 1);
        assert_eq!(received.attachments[0].name, "inv_1.pdf");
        assert_eq!(received.attachments[0].bytes, b"%PDF-1.7 made for a test");

        server.refuse_recipients(true).unwrap();
        let refused = queue(world, notice("evt_2")).await;
        worker.run_until_idle().await.unwrap();
        let shown = show(world, &refused).await;
        assert_eq!(shown["mail"]["state"], "failed");
        assert!(text(&shown["mail"], "error").starts_with("550"), "{shown}");

        server.refuse_recipients(false).unwrap();
        server.stop();
        let waiting = queue(world, notice("evt_3")).await;
        worker.run_until_idle().await.unwrap();
        assert_eq!(state(world, &waiting).await, "queued", "no server, no loss");
        server.resume().unwrap();
        time_passes(world).await;
        worker.run_until_idle().await.unwrap();
        assert_eq!(state(world, &waiting).await, "sent");
    }
}

/// Everything that the tables of mails, jobs and audit hold, as text.
async fn everything_stored(world: &World) -> String {
    #[derive(QueryableByName)]
    struct Words {
        #[diesel(sql_type = Text)]
        words: String,
    }
    world
        .db
        .read(|tx| {
            let statement = "SELECT subject || text_body || html_body || coalesce(link_path, '') || coalesce(link_sealed, '') \
                             || coalesce(error, '') AS words FROM mails \
                             UNION ALL SELECT payload || coalesce(reason, '') FROM jobs \
                             UNION ALL SELECT coalesce(detail, '') FROM job_steps \
                             UNION ALL SELECT payload FROM outbox \
                             UNION ALL SELECT detail FROM audit_log";
            let rows: Vec<Words> = on_each!(tx.conn, |conn| diesel::sql_query(statement).load(conn))?;
            Ok(rows.into_iter().map(|row| row.words).collect())
        })
        .await
        .unwrap()
}
