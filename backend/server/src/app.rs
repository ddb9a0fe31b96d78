//! What every request needs: the product's ground, the endpoints and the texts.

use std::sync::{Arc, OnceLock};

use hostwright_kernel::OffsetClock;
use hostwright_panel::auth::call::{Actor, Call};
use hostwright_panel::auth::policy::Action;
use hostwright_panel::migration::ports::Reader;
use hostwright_panel::platform::Db;
use hostwright_panel::platform::secrets::Vault;
use hostwright_panel::platform::texts::Texts;
use hostwright_panel::servers::ports::Hypervisor;

use crate::registry::Endpoint;

/// Shared by all workers of the web server; cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub db: Db,
    /// The installation's keys.
    pub vault: Vault,
    /// Where people reach the panel.
    pub public_url: Arc<str>,
    /// Every action.
    pub endpoints: Arc<Vec<Endpoint>>,
    /// The words.
    pub texts: Texts,
    /// The nodes.
    pub hypervisor: Arc<dyn Hypervisor>,
    /// The import folder and the readers of foreign systems.
    pub reader: Arc<dyn Reader>,
    /// The clock, where it may be moved.
    pub clock: Arc<Option<OffsetClock>>,
    /// The OpenAPI document, made when it is first asked for.
    pub openapi: Arc<OnceLock<String>>,
}

impl App {
    /// The endpoint of an action.
    #[must_use]
    pub fn endpoint(&self, action: Action) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.action == action)
    }

    /// The OpenAPI document.
    #[must_use]
    pub fn openapi(&self) -> &str {
        self.openapi.get_or_init(|| crate::openapi::document(&self.endpoints).to_string())
    }

    /// A call of nobody, to be filled in.
    #[must_use]
    pub fn call(&self, request_id: String) -> Call {
        Call {
            db: self.db.clone(),
            vault: self.vault.clone(),
            public_url: Arc::clone(&self.public_url),
            actor: Actor::Anonymous,
            request_id,
            locale: "en".to_owned(),
            address: String::new(),
            user_agent: String::new(),
            idempotency: None,
        }
    }

    /// Whether people reach the panel over TLS, so that cookies must too.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}
