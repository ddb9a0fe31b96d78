//! Who sends a request: session cookie or API key, language, and the value that
//! proves that a form is ours.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header;
use hostwright_kernel::id;
use hostwright_panel::auth::call::{Actor, Call};
use hostwright_panel::auth::{self, Credential};
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::secrets::random_token;
use hostwright_panel::platform::texts::Locale;
use hostwright_panel::platform::{Kind, Refusal};
use jiff::tz::TimeZone;

use crate::app::App;

/// The session cookie; its name says to browsers that it is bound to this host.
const SESSION: &str = "hw_session";
/// What stands for a visitor who is not signed in, for CSRF only.
const VISITOR: &str = "hw_visitor";
/// The language chosen by somebody who is not signed in.
const LOCALE: &str = "hw_locale";
/// The colours chosen.
const THEME: &str = "hw_theme";
/// What happened in the request before.
pub const NOTICE: &str = "hw_notice";
/// An answer that is shown only once, sealed.
pub const ONCE: &str = "hw_once";

/// A request's sender.
#[derive(Clone)]
pub struct Visitor {
    /// The call to pass to commands and queries.
    pub call: Call,
    /// Whether the caller proved itself by a header and not by a cookie.
    pub by_key: bool,
    /// Language of the answer.
    pub locale: Locale,
    /// Zone in which moments are shown.
    pub zone: TimeZone,
    /// `auto`, `light` or `dark`.
    pub theme: String,
    /// The value that forms must carry.
    pub csrf: String,
    /// Cookies to be set with the answer.
    pub cookies: Vec<Cookie<'static>>,
    /// An answer that is shown only once, as it came back.
    pub once: Option<String>,
}

impl Visitor {
    /// Finds out who sends this request.
    ///
    /// # Errors
    /// When the database does not answer, and for an API key that is not good.
    pub async fn of(app: &App, request: &HttpRequest) -> Result<Self> {
        Asking::of(app, request).known(app).await
    }

    fn visitor_cookie(&mut self, app: &App, known: Option<String>) -> String {
        if let Some(token) = known.filter(|token| token.len() == 43) {
            return token;
        }
        let token = random_token();
        self.cookies.push(cookie(app, VISITOR, token.clone()).finish());
        token
    }

    /// Whether a form carries the right proof and comes from our own pages.
    ///
    /// # Errors
    /// `request.forged`.
    pub fn check_form(&self, app: &App, request: &HttpRequest, csrf: &str) -> Result<()> {
        let forged = || Refusal::new("request.forged", Kind::Forbidden);
        self.check_origin(app, request)?;
        // Both are signatures of ours: comparing them leaks nothing that helps.
        if csrf.is_empty() || csrf != self.csrf {
            return Err(forged().into());
        }
        Ok(())
    }

    /// Whether the browser says that the request comes from our own pages.
    ///
    /// # Errors
    /// `request.forged`.
    pub fn check_origin(&self, app: &App, request: &HttpRequest) -> Result<()> {
        let site = text_header(request, header::HeaderName::from_static("sec-fetch-site"));
        let origin = text_header(request, header::ORIGIN);
        let own_host = format!("://{}", request.connection_info().host());
        let own = origin.is_empty() || origin == *app.public_url || origin.ends_with(&own_host);
        if (!site.is_empty() && !matches!(site.as_str(), "same-origin" | "none")) || !own {
            return Err(Refusal::new("request.forged", Kind::Forbidden).into());
        }
        Ok(())
    }
}

/// A request's sender, before anybody looked who it is.
pub struct Asking {
    /// What is known without looking.
    pub visitor: Visitor,
    credential: Option<Credential>,
    stranger: Option<String>,
}

impl Asking {
    /// What a request says of its sender.
    #[must_use]
    pub fn of(app: &App, request: &HttpRequest) -> Self {
        let mut call = app.call(id::fresh("req"));
        call.address = request.peer_addr().map(|peer| peer.ip().to_string()).unwrap_or_default();
        call.user_agent = text_header(request, header::USER_AGENT).chars().take(200).collect();
        let cookie = |name: &str| request.cookie(name).map(|cookie| cookie.value().to_owned());
        let accepted = text_header(request, header::ACCEPT_LANGUAGE);
        let chosen = cookie(LOCALE).and_then(|tag| tag.parse().ok());
        let mut visitor = Visitor {
            call,
            by_key: false,
            locale: chosen.unwrap_or_else(|| Locale::negotiate(&accepted)),
            zone: TimeZone::UTC,
            theme: cookie(THEME).unwrap_or_else(|| "auto".to_owned()),
            csrf: String::new(),
            cookies: Vec::new(),
            once: cookie(ONCE),
        };
        let bearer = text_header(request, header::AUTHORIZATION);
        let credential = match bearer.strip_prefix("Bearer ") {
            Some(key) if key.starts_with("hw_") => Some(Credential::ApiKey(key.trim().to_owned())),
            // The token of a session: what `auth sign-in` answers on the command line.
            Some(token) => Some(Credential::Session(token.trim().to_owned())),
            None => cookie(SESSION).map(Credential::Session),
        };
        // No browser sends this header by itself, so nobody can forge it.
        visitor.by_key = !bearer.is_empty();
        Self { visitor, credential, stranger: cookie(VISITOR) }
    }

    /// Finds out who it is.
    ///
    /// # Errors
    /// When the database does not answer, and for an API key that is not good.
    pub async fn known(self, app: &App) -> Result<Visitor> {
        let Self { mut visitor, credential, stranger } = self;
        let known = match credential {
            Some(credential) => auth::authenticate(&visitor.call, credential).await?,
            None => None,
        };
        if visitor.by_key && known.is_none() {
            return Err(Refusal::new("auth.bad_key", Kind::Unauthenticated).into());
        }
        let proof = match known {
            Some(known) => {
                visitor.locale = known.locale.parse().unwrap_or(visitor.locale);
                visitor.zone = TimeZone::get(&known.time_zone).unwrap_or(TimeZone::UTC);
                visitor.theme = known.theme;
                if let Some(token) = known.rotated {
                    visitor.cookies.push(session_cookie(app, token));
                }
                let session = known.person.session_id.clone().unwrap_or_default();
                visitor.call.actor = Actor::Person(Box::new(known.person));
                session
            }
            None => visitor.visitor_cookie(app, stranger),
        };
        visitor.call.locale = visitor.locale.tag().to_owned();
        visitor.csrf = app.vault.sign("csrf", proof.as_bytes());
        Ok(visitor)
    }
}

/// The cookie of a new or rotated session.
#[must_use]
pub fn session_cookie(app: &App, token: String) -> Cookie<'static> {
    cookie(app, SESSION, token).max_age(Duration::days(30)).finish()
}

/// Takes the session cookie away.
#[must_use]
pub fn no_session(app: &App) -> Cookie<'static> {
    cookie(app, SESSION, String::new()).max_age(Duration::ZERO).finish()
}

/// Remembers language or colours of somebody who is not signed in.
#[must_use]
pub fn preference(app: &App, name: &str, value: &str) -> Option<Cookie<'static>> {
    let name = match name {
        "locale" => LOCALE,
        "theme" => THEME,
        _ => return None,
    };
    let known = value.len() <= 8 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    known.then(|| cookie(app, name, value.to_owned()).max_age(Duration::days(365)).finish())
}

/// A cookie with what every cookie of ours has.
pub fn cookie(app: &App, name: &'static str, value: String) -> actix_web::cookie::CookieBuilder<'static> {
    Cookie::build(name, value).path("/").http_only(true).same_site(SameSite::Lax).secure(app.is_secure())
}

/// A header as text; empty when it is missing or not text.
pub fn text_header(request: &HttpRequest, name: impl header::AsHeaderName) -> String {
    request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}
