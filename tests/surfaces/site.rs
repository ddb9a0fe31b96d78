//! A panel that is served on a free port of this host, and its visitors.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};

use actix_web::dev::ServerHandle;
use actix_web::{App as Web, HttpServer, web};
use hostwright_server::app::App;
use hostwright_server::http::configure;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::Value;

/// A served panel; it ends with the value.
pub struct Site {
    address: SocketAddr,
    client: Client,
    server: ServerHandle,
}

/// What came back, read to its end.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub body: String,
}

/// Somebody with a jar of cookies.
#[derive(Debug, Clone, Default)]
pub struct Browser {
    pub cookies: BTreeMap<String, String>,
}

impl Site {
    pub fn of(app: &App) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, receiver) = std::sync::mpsc::channel();
        let app = app.clone();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = HttpServer::new(move || {
                    let app = app.clone();
                    Web::new().app_data(web::Data::new(app.clone())).configure(move |service| configure(&app, service))
                });
                let server = server.workers(1).disable_signals().shutdown_timeout(1).listen(listener).unwrap().run();
                sender.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { address, client, server: receiver.recv().unwrap() }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A request of the REST surface, with a session's token or an API key.
    pub fn rest(&self, method: &str, path: &str, token: Option<&str>) -> RequestBuilder {
        let request = self.client.request(method.parse().unwrap(), self.url(&format!("/api/v1{path}")));
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub fn get(&self, browser: &Browser, path: &str) -> RequestBuilder {
        browser.sent_with(self.client.get(self.url(path)))
    }

    /// A form as a browser sends it from our own page.
    pub fn post(&self, browser: &Browser, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| {
                format!("{}={}", hostwright_frontend::page::encode(name), hostwright_frontend::page::encode(value))
            })
            .collect();
        let request = self.client.post(self.url(path)).header("Content-Type", "application/x-www-form-urlencoded");
        browser.sent_with(request.body(pairs.join("&")))
    }

    /// A page, with the cookies that it sets put into the jar.
    pub async fn visit(&self, browser: &mut Browser, path: &str) -> Reply {
        let reply = read(self.get(browser, path)).await;
        browser.keep(&reply);
        reply
    }

    /// Visits a page and takes the proof that its forms carry.
    pub async fn proof(&self, browser: &mut Browser, path: &str) -> String {
        let page = self.visit(browser, path).await;
        hidden(&page.body, "_csrf").unwrap_or_else(|| panic!("no form on {path}: {}", page.status))
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

impl Browser {
    pub fn signed_in(session: &str) -> Self {
        Self { cookies: BTreeMap::from([("hw_session".to_owned(), session.to_owned())]) }
    }

    pub fn keep(&mut self, reply: &Reply) {
        for set in reply.set_cookies() {
            let (pair, _) = set.split_once(';').unwrap_or((set, ""));
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    fn sent_with(&self, request: RequestBuilder) -> RequestBuilder {
        if self.cookies.is_empty() {
            return request;
        }
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request.header("Cookie", pairs.join("; "))
    }
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn set_cookies(&self) -> Vec<&str> {
        self.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok()).collect()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The code of a refusal, which must be a whole problem document.
    #[track_caller]
    pub fn problem(&self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        for member in ["type", "title", "status", "detail", "code", "errors", "request_id"] {
            assert!(!problem[member].is_null(), "no {member} in {problem}");
        }
        assert_eq!(problem["status"], status);
        assert_ne!(problem["detail"], "", "{problem}");
        problem["code"].as_str().unwrap().to_owned()
    }
}

/// Sends a request and reads the answer.
pub async fn read(request: RequestBuilder) -> Reply {
    let response: Response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let body = String::from_utf8_lossy(&response.bytes().await.unwrap()).into_owned();
    Reply { status, headers, body }
}

/// Every value of an attribute in a document, with entities undone.
pub fn values(html: &str, attribute: &str) -> Vec<String> {
    let start = format!(" {attribute}=\"");
    html.split(&start)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(|value| {
            value
                .replace("&quot;", "\"")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&#x27;", "'")
                .replace("&amp;", "&")
        })
        .collect()
}

/// The value of a hidden field.
pub fn hidden(html: &str, name: &str) -> Option<String> {
    let named = format!("name=\"{name}\"");
    let tag = html.split("<input").find(|tag| tag.split('>').next().is_some_and(|tag| tag.contains(&named)))?;
    values(tag.split('>').next()?, "value").into_iter().next()
}
