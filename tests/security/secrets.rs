//! What is secret stands in no log, no error, no page and, in clear, in no database:
//! the built program is used as people use it, and then everything is read.

use std::path::PathBuf;

use hostwright_kernel::{Clock, SystemClock};
use hostwright_panel::auth::totp::model::{STEP, code, from_base32};
use hostwright_tests::text;
use reqwest::Client;
use serde_json::{Value, json};
use xtask::lab::{Folder, MailServer, Panel, PanelOptions};

const OWNER_PASSWORD: &str = "owner-Pa55word-never-told";
const CUSTOMER_PASSWORD: &str = "customer-Pa55word-never-told";
const WRONG_PASSWORD: &str = "wrong-Pa55word-never-told";
const NEW_PASSWORD: &str = "brand-new-Pa55word-never-told";
const SMTP_PASSWORD: &str = "smtp-Pa55word-never-told";

/// Of digits alone, as somebody's script may send it: as a number.
const NUMERIC_PASSWORD: u64 = 471_108_151_234_298;

fn program() -> PathBuf {
    xtask::lab::binary().unwrap_or_else(|| xtask::commands::build_panel().unwrap())
}

struct Visitor {
    client: Client,
    url: String,
    /// Every body that came back, but for those that show a secret to whom it belongs.
    read: Vec<String>,
}

impl Visitor {
    async fn post(&mut self, path: &str, token: Option<&str>, body: &Value) -> (u16, String) {
        let request = self.client.post(format!("{}/api/v1{path}", self.url)).json(body);
        let request = token.into_iter().fold(request, |request, token| request.bearer_auth(token));
        let reply = request.send().await.unwrap();
        (reply.status().as_u16(), reply.text().await.unwrap())
    }

    /// What is done, and whose answer may hold a secret of the caller.
    async fn done(&mut self, path: &str, token: Option<&str>, body: Value) -> Value {
        let (status, text) = self.post(path, token, &body).await;
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    async fn refused(&mut self, path: &str, token: Option<&str>, body: Value) {
        let (status, text) = self.post(path, token, &body).await;
        assert!((400..500).contains(&status), "{path}: {status} {text}");
        self.read.push(text);
    }

    async fn get(&mut self, path: &str, cookie: &str) {
        let reply = self.client.get(format!("{}{path}", self.url)).header("Cookie", cookie).send().await.unwrap();
        assert!(!reply.status().is_server_error(), "{path}");
        for set in reply.headers().get_all("set-cookie") {
            self.read.push(format!("sets {}", set.to_str().unwrap()));
        }
        self.read.push(format!("{path}\n{}", reply.text().await.unwrap()));
    }
}

/// The newest mailed token behind this path.
fn mailed(mail: &MailServer, recipient: &str, path: &str) -> String {
    let found = mail.wait_for(|mail| mail.to.iter().any(|to| to == recipient) && mail.text.contains(path)).unwrap();
    let rest = found.text.split_once(path).unwrap().1;
    rest.split(char::is_whitespace).next().unwrap().trim_end_matches('.').to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secrets_are_in_no_log_no_error_no_page_and_no_database() {
    let folder = Folder::new("secrets").unwrap();
    let mail = MailServer::start().unwrap();
    let options = PanelOptions::new(program(), folder.path().join("data"))
        .env("HOSTWRIGHT_LOG_LEVEL", "trace")
        .env("HOSTWRIGHT_SMTP_HOST", "127.0.0.1")
        .env("HOSTWRIGHT_SMTP_PORT", mail.port().to_string())
        .env("HOSTWRIGHT_SMTP_SECURITY", "none");
    let panel = Panel::start(options).unwrap();
    let link = panel.log().lines().find_map(|line| Some(line.strip_prefix("Set it up: ")?.to_owned())).unwrap();
    let set_up_token = link.split_once("token=").unwrap().1.trim().to_owned();
    let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let mut visitor = Visitor { client, url: panel.url(), read: Vec::new() };
    let mut secrets: Vec<(String, String)> = [
        ("owner's password", OWNER_PASSWORD),
        ("customer's password", CUSTOMER_PASSWORD),
        ("wrong password", WRONG_PASSWORD),
        ("new password", NEW_PASSWORD),
        ("password of the mail server", SMTP_PASSWORD),
    ]
    .map(|(name, secret)| (name.to_owned(), secret.to_owned()))
    .to_vec();
    secrets.push(("password of digits".to_owned(), NUMERIC_PASSWORD.to_string()));
    let mut keep = |name: &str, secret: &str| secrets.push((name.to_owned(), secret.to_owned()));

    let set_up = json!({
        "token": set_up_token, "owner_name": "Olga Owner", "owner_email": "olga@host.example",
        "owner_password": OWNER_PASSWORD, "company_name": "Nordlicht", "company_street": "Kai 1",
        "company_postal_code": "24103", "company_city": "Kiel", "company_country": "DE",
        "company_email": "billing@host.example", "currency": "EUR", "time_zone": "Europe/Berlin",
    });
    let owner = text(&visitor.done("/setup", None, set_up.clone()).await, "session_token");
    keep("owner's session", &owner);
    visitor.refused("/setup", None, set_up).await;

    let sign_up = json!({
        "email": "carla@example.org", "password": CUSTOMER_PASSWORD, "name": "Carla", "country": "DE", "city": "Kiel",
        "street": "Weg 1", "postal_code": "24103",
    });
    visitor.done("/auth/sign-up", None, sign_up).await;
    let confirm = mailed(&mail, "carla@example.org", "/confirm/");
    keep("link that confirms", &confirm);
    visitor.done("/auth/confirm-mail", None, json!({ "token": confirm })).await;
    let wrong = json!({ "email": "carla@example.org", "password": WRONG_PASSWORD });
    visitor.refused("/auth/sign-in", None, wrong).await;
    for odd in [
        json!({ "email": "carla@example.org", "password": [CUSTOMER_PASSWORD] }),
        json!({ "email": "carla@example.org", "password": { "is": CUSTOMER_PASSWORD } }),
        json!({ "email": "carla@example.org", "password": CUSTOMER_PASSWORD, "totp_code": [1] }),
        json!({ "email": "carla@example.org", "password": format!("{CUSTOMER_PASSWORD}\u{0}") }),
        json!({ "email": "carla@example.org", "pasword": CUSTOMER_PASSWORD }),
        json!({ "email": "carla@example.org", "password": NUMERIC_PASSWORD }),
        json!({ "email": "carla@example.org", "password": "x", "totp_code": NUMERIC_PASSWORD }),
    ] {
        visitor.refused("/auth/sign-in", None, odd).await;
    }
    let right = json!({ "email": "carla@example.org", "password": CUSTOMER_PASSWORD });
    let carla = text(&visitor.done("/auth/sign-in", None, right).await, "session_token");
    keep("customer's session", &carla);
    let key = visitor.done("/me/api-keys", Some(&carla), json!({ "name": "script", "scopes": ["*"] })).await;
    let key = text(&key, "token");
    keep("API key", &key);
    visitor.refused("/me/api-keys", Some(&key), json!({ "name": "", "scopes": ["nothing"] })).await;
    visitor.refused("/me/api-keys", Some(&format!("{key}x")), json!({})).await;
    let begun = visitor.done("/me/totp/begin", Some(&carla), json!({ "current_password": CUSTOMER_PASSWORD })).await;
    let secret = text(&begun, "secret");
    keep("secret of the second factor", &secret);
    visitor.refused("/me/totp/enable", Some(&carla), json!({ "code": "000000x" })).await;
    let step = SystemClock.now().micros() / (1_000_000 * STEP);
    let now = code(&from_base32(&secret).unwrap(), step);
    let enabled = visitor.done("/me/totp/enable", Some(&carla), json!({ "code": now })).await;
    let recovery = enabled["recovery_codes"].as_array().unwrap();
    assert_eq!(recovery.len(), 10);
    for code in recovery {
        keep("recovery code", code.as_str().unwrap());
    }
    visitor
        .refused("/me/password", Some(&carla), json!({ "current_password": WRONG_PASSWORD, "password": NEW_PASSWORD }))
        .await;
    visitor.done("/auth/request-reset", None, json!({ "email": "carla@example.org" })).await;
    let reset = mailed(&mail, "carla@example.org", "/reset/");
    keep("link that resets", &reset);
    // The page of a link holds the token that its form sends; nothing else may.
    visitor.get(&format!("/reset/{reset}"), "").await;
    assert!(visitor.read.pop().is_some_and(|page| page.contains("/do/auth.reset_password")));
    for cookie in [format!("hw_session={carla}"), format!("hw_session={owner}")] {
        for path in [
            "/portal/account",
            "/portal",
            "/staff/account",
            "/staff/mails",
            "/staff/audit",
            "/staff/settings",
            "/nowhere",
        ] {
            visitor.get(path, &cookie).await;
        }
        for path in [
            "/api/v1/me",
            "/api/v1/me/api-keys",
            "/api/v1/me/sessions",
            "/api/v1/mails",
            "/api/v1/audit",
            "/api/v1/nowhere",
        ] {
            visitor.get(path, &cookie).await;
        }
    }
    let mails = visitor.client.get(format!("{}/api/v1/mails", panel.url())).bearer_auth(&owner).send().await.unwrap();
    let mails: Value = mails.json().await.unwrap();
    for mail in mails["items"].as_array().unwrap() {
        for path in ["/api/v1/mails", "/staff/mails"] {
            visitor.get(&format!("{path}/{}", text(mail, "id")), &format!("hw_session={owner}")).await;
        }
    }
    let changed = json!({ "token": reset, "password": NEW_PASSWORD });
    visitor.done("/auth/reset-password", None, changed.clone()).await;
    visitor.refused("/auth/reset-password", None, changed).await;

    let data = panel.data().to_owned();
    let mut log = panel.log();
    drop(panel);
    // A mail server that does not take our password: what is said about it is logged.
    let options = PanelOptions::new(program(), &data)
        .env("HOSTWRIGHT_LOG_LEVEL", "trace")
        .env("HOSTWRIGHT_LOG_FORMAT", "json")
        .env("HOSTWRIGHT_SMTP_HOST", "127.0.0.1")
        .env("HOSTWRIGHT_SMTP_PORT", mail.port().to_string())
        .env("HOSTWRIGHT_SMTP_SECURITY", "none")
        .env("HOSTWRIGHT_SMTP_USER", "panel")
        .env("HOSTWRIGHT_SMTP_PASSWORD", SMTP_PASSWORD);
    let panel = Panel::start(options).unwrap();
    visitor.url = panel.url();
    visitor.done("/auth/request-reset", None, json!({ "email": "olga@host.example" })).await;
    xtask::lab::wait_until("the mail was tried", std::time::Duration::from_secs(30), || {
        let tried = panel.log().matches("notifications.send").count() > 0 || panel.log().contains("AUTH");
        tried.then_some(())
    })
    .unwrap();
    visitor.get("/staff/mails", &format!("hw_session={owner}")).await;
    log.push_str(&panel.log());
    drop(panel);

    let mut found = Vec::new();
    assert!(log.contains("TRACE") && log.contains("DEBUG"), "the log was asked for everything");
    let told: Vec<&str> = log.lines().filter(|line| line.contains(&set_up_token)).collect();
    assert!(
        told.iter().all(|line| line.starts_with("Set it up: ")),
        "the set-up link is printed, and logged nowhere: {told:?}"
    );
    for (name, secret) in &secrets {
        found.extend(log.lines().filter(|line| line.contains(secret)).map(|line| format!("log: {name}: {line}")));
        let answers = visitor.read.iter().filter(|body| body.contains(secret));
        found.extend(answers.map(|body| format!("answer: {name}: {body}")));
        for file in std::fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
            if file.extension().is_some_and(|end| end == "log") {
                continue;
            }
            let bytes = std::fs::read(&file).unwrap();
            if bytes.windows(secret.len()).any(|window| window == secret.as_bytes()) {
                found.push(format!("{}: {name}", file.display()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
