//! A panel that a browser can reach: a world behind a web server on loopback,
//! with a worker that does what there is to do.

use std::sync::Arc;
use std::time::Duration;

use actix_web::{App as Web, HttpServer, web};
use hostwright_tests::{Shop, World, text};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";
/// Who owns the installation.
pub const OWNER: &str = "olga@host.example";
/// A customer who has signed up and confirmed.
pub const CUSTOMER: &str = "clara@shop.example";

/// A world that is served until this is dropped.
pub struct Panel {
    pub world: Arc<World>,
    pub url: String,
    tasks: Vec<JoinHandle<()>>,
    server: actix_web::dev::ServerHandle,
}

/// What a customer of a panel has.
pub struct Business {
    pub shop: Shop,
    pub customer_id: String,
}

impl Panel {
    /// Serves an empty installation.
    pub fn start() -> Self {
        let world = Arc::new(World::sqlite());
        let app = world.app.clone();
        let server = HttpServer::new(move || {
            let app = app.clone();
            Web::new()
                .app_data(web::Data::new(app.clone()))
                .configure(|service| hostwright_server::http::configure(&app, service))
        })
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
        let url = format!("http://{}", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        let working = Arc::clone(&world);
        let tasks = vec![
            tokio::spawn(async move { server.await.unwrap() }),
            tokio::spawn(async move {
                // As in the product, a round that failed is followed by another.
                loop {
                    if let Err(error) = working.round().await {
                        println!("the worker: {error}");
                    }
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }),
        ];
        Self { world, url, tasks, server: handle }
    }

    /// Sets it up, with something to sell and a customer who may sign in.
    pub async fn open_for_business(&self) -> Business {
        let world = &self.world;
        world.set_up().await;
        let shop = world.shop().await;
        let nobody = world.anonymous();
        world
            .done(
                &nobody,
                "auth.sign_up",
                json!({
                    "name": "Clara Customer", "email": CUSTOMER, "password": PASSWORD, "street": "Weg 2",
                    "postal_code": "10115", "city": "Berlin", "country": "DE", "locale": "en",
                }),
            )
            .await;
        let token = self.mailed(CUSTOMER, "/confirm/").await;
        world.done(&nobody, "auth.confirm_mail", json!({ "token": token })).await;
        let customers = world.done(&world.owner(), "customers.list", json!({})).await;
        Business { shop, customer_id: text(&customers["items"][0], "id") }
    }

    /// What follows `path` in the newest mail to somebody.
    pub async fn mailed(&self, recipient: &str, path: &str) -> String {
        for _ in 0..1_200 {
            let found = self.world.mailbox.to(recipient).into_iter().rev().find_map(|mail| {
                let rest = mail.text.split_once(path)?.1;
                Some(rest.split(char::is_whitespace).next().unwrap().trim_end_matches('.').to_owned())
            });
            if let Some(found) = found {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no mail to {recipient} with {path}");
    }

    /// Runs an action for the customer.
    pub async fn as_customer(&self, business: &Business, action: &str, input: Value) -> Value {
        let call = self.world.member(&business.customer_id, hostwright_panel::auth::policy::MemberRole::Owner);
        self.world.done(&call, action, input).await
    }

    /// Orders a server for the customer; the order.
    pub async fn ordered(&self, business: &Business, hostname: &str) -> Value {
        let shop = &business.shop;
        let quote = self
            .as_customer(
                business,
                "orders.quote",
                json!({
                    "customer_id": business.customer_id, "plan_id": shop.plan_id, "price_id": shop.price_id,
                    "image_id": shop.image_id, "hostname": hostname, "renewal": "automatic", "ssh_keys": [],
                }),
            )
            .await;
        self.as_customer(business, "orders.place", json!({ "token": quote["token"] })).await
    }

    /// Waits until the first server is in a state.
    pub async fn server_is(&self, state: &str) -> Value {
        let mut seen = Value::Null;
        for _ in 0..1_200 {
            let servers = self.world.done(&self.world.owner(), "servers.list", json!({})).await;
            seen = servers["items"][0].clone();
            if seen["state"] == state && seen["busy"].is_null() {
                return seen;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the server is not {state}: {seen}");
    }
}

impl Drop for Panel {
    fn drop(&mut self) {
        drop(self.server.stop(false));
        for task in &self.tasks {
            task.abort();
        }
    }
}
