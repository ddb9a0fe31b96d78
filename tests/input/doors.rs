//! The doors by which input comes in: REST, a form of our own pages, and the command
//! line, each as somebody who is signed in.

use clap::Command;
use hostwright_frontend::page::encode;
use hostwright_panel::auth::policy::Action;
use hostwright_server::cli::{self, Told};
use hostwright_server::registry::{Endpoint, Verb};
use hostwright_tests::{Customer, Shop, World};
use serde_json::{Map, Value};

use super::state::State;
use crate::surfaces::site::{Browser, Reply, Site, read};
use crate::surfaces::town::{sign_in, signed_up};

/// Somebody at every door.
pub struct Caller {
    pub token: String,
    pub browser: Browser,
    pub csrf: String,
    pub page: &'static str,
}

/// A served installation with a shop, its owner, and two customers who know nothing
/// of each other.
pub struct Doors {
    pub world: World,
    pub shop: Shop,
    pub site: Site,
    pub owner: Caller,
    pub carla: Caller,
    pub customer: Customer,
    pub stranger: Customer,
}

/// What a refusal must say. An empty field is none.
#[derive(Debug, Clone, Copy)]
pub struct Says {
    pub status: u16,
    pub code: &'static str,
    pub field: &'static str,
}

pub const fn says(status: u16, code: &'static str, field: &'static str) -> Says {
    Says { status, code, field }
}

impl Caller {
    pub async fn new(site: &Site, token: String, page: &'static str) -> Self {
        let mut browser = Browser::signed_in(&token);
        let csrf = site.proof(&mut browser, page).await;
        Self { token, browser, csrf, page }
    }
}

impl Doors {
    pub async fn sqlite() -> Self {
        Self::built(World::sqlite()).await
    }

    pub async fn postgres() -> Self {
        Self::built(World::postgres()).await
    }

    async fn built(world: World) -> Self {
        world.set_up().await;
        let shop = world.shop().await;
        let (token, customer) = signed_up(&world, "carla").await;
        let stranger = world.customer("Mallory").await;
        let site = Site::of(&world.app);
        let owner = sign_in(&world, "olga@host.example").await.0;
        let owner = Caller::new(&site, owner, "/staff/account").await;
        let carla = Caller::new(&site, token, "/portal/account").await;
        world.settle().await;
        Self { world, shop, site, owner, carla, customer, stranger }
    }

    pub fn endpoint(&self, action: &str) -> &Endpoint {
        let action = Action::by_name(action).unwrap_or_else(|| panic!("no action {action}"));
        self.world.app.endpoint(action).unwrap()
    }

    /// Sends the input to every door; each must refuse it in the same way, and
    /// afterwards everything must be as it was.
    pub async fn refuse(&self, who: &Caller, action: &str, input: Value, says: Says) {
        let before = State::of(&self.world).await;
        let about = format!("{action} {input}");
        check_problem(&about, &self.rest(who, action, &input).await, says);
        if self.endpoint(action).verb == Verb::Post {
            check_page(&about, &self.form(who, action, &input).await, says);
        }
        check_words(&about, self.command(who, action, &input).await, says);
        let changes = before.changes(&State::of(&self.world).await);
        assert!(changes.is_empty(), "{about} was refused and changed\n{}", changes.join("\n"));
    }

    /// [`Doors::refuse`] by REST alone, for what can be tried once only.
    pub async fn refuse_at_rest(&self, who: &Caller, action: &str, input: &Value, says: Says) {
        let before = State::of(&self.world).await;
        check_problem(&format!("{action} {input}"), &self.rest(who, action, input).await, says);
        assert_eq!(before.changes(&State::of(&self.world).await), Vec::<String>::new(), "{action} {input}");
    }

    pub async fn rest(&self, who: &Caller, action: &str, input: &Value) -> Reply {
        let endpoint = self.endpoint(action);
        let mut rest = input.as_object().cloned().unwrap_or_default();
        let mut path = endpoint.path.to_owned();
        for name in endpoint.path_parameters() {
            let value = rest.remove(name).unwrap_or_default();
            path = path.replace(&format!("{{{name}}}"), &encode(value.as_str().unwrap_or_default()));
        }
        let request = match endpoint.verb {
            Verb::Get => {
                let pairs: Vec<String> =
                    flat(&rest).iter().map(|(n, v)| format!("{}={}", encode(n), encode(v))).collect();
                let path = if pairs.is_empty() { path } else { format!("{path}?{}", pairs.join("&")) };
                self.site.rest("GET", &path, Some(&who.token))
            }
            Verb::Post => self.site.rest("POST", &path, Some(&who.token)).json(&rest),
        };
        read(request).await
    }

    pub async fn form(&self, who: &Caller, action: &str, input: &Value) -> Reply {
        let mut fields = vec![("_csrf".to_owned(), who.csrf.clone()), ("_page".to_owned(), who.page.to_owned())];
        fields.extend(flat(&input.as_object().cloned().unwrap_or_default()));
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        read(self.site.post(&who.browser, &format!("/do/{action}"), &fields)).await
    }

    /// What the command line says: the problem, or why it takes no such words.
    pub async fn command(&self, who: &Caller, action: &str, input: &Value) -> Result<Told, String> {
        let endpoint = self.endpoint(action);
        let root = cli::commands(Command::new("hostwright"), &self.world.app.endpoints);
        let matches = root.try_get_matches_from(words(endpoint, input)).map_err(|error| error.to_string())?;
        let (_, slice) = matches.subcommand().unwrap();
        let (_, chosen) = slice.subcommand().unwrap();
        let asked = cli::ask(endpoint, chosen, &self.site.url(""), Some(&who.token)).await;
        asked.map_err(|error| format!("{error:#}"))
    }
}

/// An input as the fields of a form: lists row by row.
pub fn flat(input: &Map<String, Value>) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    for (name, value) in input {
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    match item {
                        Value::Object(parts) => fields.extend(
                            flat(parts).into_iter().map(|(part, value)| (format!("{name}[{index}].{part}"), value)),
                        ),
                        item => fields.push((name.clone(), plain(item))),
                    }
                }
            }
            Value::Null => {}
            value => fields.push((name.clone(), plain(value))),
        }
    }
    fields
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn words(endpoint: &Endpoint, input: &Value) -> Vec<String> {
    let (slice, name) = cli::names(endpoint);
    let mut words = vec!["hostwright".to_owned(), slice.to_owned(), name.replace('_', "-")];
    let input = input.as_object().cloned().unwrap_or_default();
    let in_path: Vec<&str> = endpoint.path_parameters().collect();
    for (name, value) in input.iter().filter(|(name, _)| !in_path.contains(&name.as_str())) {
        let items = match value {
            Value::Array(items) if items.iter().all(|item| !item.is_object()) => items.iter().map(plain).collect(),
            value => vec![plain(value)],
        };
        words.extend(items.into_iter().map(|item| format!("--{}={item}", name.replace('_', "-"))));
    }
    let parameters = endpoint.fields().iter().filter(|field| in_path.contains(&field.name.as_str()));
    words.push("--".to_owned());
    words.extend(parameters.map(|field| input.get(&field.name).map(plain).unwrap_or_default()));
    words
}

#[track_caller]
fn check_problem(about: &str, reply: &Reply, says: Says) {
    assert_eq!(reply.status.as_u16(), says.status, "{about}: {}", reply.body);
    reply.problem(says.status);
    check_document(about, &reply.json(), says);
}

#[track_caller]
fn check_document(about: &str, problem: &Value, says: Says) {
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    let coded = problem["code"] == says.code || errors.iter().any(|error| error["code"] == says.code);
    assert!(coded, "{about}: not {} but {problem}", says.code);
    let detail = problem["detail"].as_str().unwrap_or_default();
    assert!(!detail.is_empty() && !detail.starts_with("error-"), "{about}: gives no reason: {problem}");
    if !says.field.is_empty() {
        let named = errors.iter().any(|error| error["field"] == says.field && error["code"] == says.code);
        assert!(named, "{about}: does not name {}: {problem}", says.field);
    }
}

#[track_caller]
fn check_page(about: &str, reply: &Reply, says: Says) {
    let status = if says.status == 400 { 422 } else { says.status };
    let good = [status, says.status].contains(&reply.status.as_u16());
    assert!(good, "form of {about}: {} and not {}: {}", reply.status, says.status, reply.body);
    let coded =
        reply.header("x-problem-code") == says.code || reply.body.contains(&format!("data-code=\"{}\"", says.code));
    assert!(coded, "form of {about}: not {} but {} in {}", says.code, reply.header("x-problem-code"), reply.body);
    assert!(!reply.body.contains(">error-"), "form of {about}: a text is missing in {}", reply.body);
}

#[track_caller]
fn check_words(about: &str, told: Result<Told, String>, says: Says) {
    match told {
        Ok(Told::Refused(problem)) => {
            check_document(about, &problem, says);
            let words = cli::refusal(&problem);
            assert!(words.contains(says.code) && words.contains(says.field), "command of {about}: {words}");
        }
        // What is no number or no option never leaves the machine.
        Err(words) => {
            let option = says.field.split(['[', '.']).next().unwrap_or_default().replace('_', "-");
            assert!(words.starts_with("error:") && words.contains(&option), "command of {about}: {words}");
        }
        Ok(done) => panic!("the command of {about} was not refused: {done:?}"),
    }
}

/// A test on both engines.
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($doors:ident) $body:block)+) => {
        $($(#[$meta])* mod $name {
            #[allow(unused_imports, reason = "tests use what they need")]
            use super::*;

            async fn check($doors: &mut $crate::input::doors::Doors) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                check(&mut $crate::input::doors::Doors::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                check(&mut $crate::input::doors::Doors::postgres().await).await;
            }
        })+
    };
}
pub(crate) use on_both;
