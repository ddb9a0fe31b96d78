//! A call: who asks, through what, and what they may reach.

use std::sync::Arc;

use hostwright_kernel::Instant;
use serde::Serialize;

use super::model::PersonId;
use super::policy::{Action, Audience, MemberRole, StaffRole};
use crate::audit::model::{AuditId, AuditRow};
use crate::platform::error::{Kind, Refusal, Result};
use crate::platform::idempotency::{self, IdempotencyKey};
use crate::platform::secrets::Vault;
use crate::platform::{Db, Tx};

/// What a kept answer is sealed for.
const ANSWER: &str = "idempotency.answer";

/// A signed-in person with what they are.
#[derive(Debug, Clone)]
pub struct Person {
    /// `per_...`.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Mail address.
    pub email: String,
    /// What they are among staff, if anything.
    pub staff: Option<StaffRole>,
    /// Customers they belong to, and as what.
    pub memberships: Vec<(String, MemberRole)>,
    /// For an API key: the action names (or `slice.*`, or `*`) that it is good for.
    pub key_scopes: Option<Vec<String>>,
    /// The session's id, when signed in by one.
    pub session_id: Option<String>,
}

/// Who asks.
#[derive(Debug, Clone)]
pub enum Actor {
    /// Nobody signed in.
    Anonymous,
    /// A person, by session or API key.
    Person(Box<Person>),
    /// The product itself; made by [`Call::system`] only, never by a listener.
    System(&'static str),
}

/// One request, as every command and query takes it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Call {
    /// The database.
    pub db: Db,
    /// The installation's keys.
    pub vault: Vault,
    /// Where people reach the panel, without a slash at the end.
    pub public_url: Arc<str>,
    /// Who asks.
    pub actor: Actor,
    /// Shown in logs, errors and audit rows.
    pub request_id: String,
    /// Language tag of the answer.
    pub locale: String,
    /// The caller's network address, for limits and the session list.
    pub address: String,
    /// The caller's program, for the session list.
    pub user_agent: String,
    /// For a change that may be sent again.
    pub idempotency: Option<IdempotencyKey>,
}

/// What an authorized action may reach. Only [`Call::authorize`] makes one;
/// every store function on customer-owned rows needs one.
#[derive(Debug, Clone)]
pub struct Scope {
    action: Action,
    reach: Reach,
}

#[derive(Debug, Clone)]
enum Reach {
    Everything,
    Customers(Vec<String>),
}

impl Scope {
    /// The action that was authorized.
    #[must_use]
    pub fn action(&self) -> Action {
        self.action
    }

    /// The customers that may be reached; `None` means all. Belongs in the
    /// same predicate as the object's id.
    #[must_use]
    pub fn customers(&self) -> Option<&[String]> {
        match &self.reach {
            Reach::Everything => None,
            Reach::Customers(ids) => Some(ids),
        }
    }

    /// Whether this customer's objects may be reached.
    #[must_use]
    pub fn reaches(&self, customer_id: &str) -> bool {
        self.customers().is_none_or(|ids| ids.iter().any(|id| id == customer_id))
    }

    /// Not found unless this customer's objects may be reached.
    ///
    /// # Errors
    /// `request.not_found`.
    pub fn require(&self, customer_id: &str) -> Result<()> {
        if self.reaches(customer_id) { Ok(()) } else { Err(not_found()) }
    }
}

/// The answer for what is not there and for what may not be seen.
#[must_use]
pub fn not_found() -> crate::platform::Error {
    Refusal::new("request.not_found", Kind::NotFound).into()
}

/// The outcome of a command: what to answer, and what to tell the audit log.
#[derive(Debug)]
pub struct Changed<T> {
    subject: String,
    customer_id: Option<String>,
    detail: serde_json::Map<String, serde_json::Value>,
    output: T,
}

impl<T> Changed<T> {
    /// `subject` (an id) was changed; `output` is the answer.
    pub fn new(subject: impl ToString, output: T) -> Self {
        Self { subject: subject.to_string(), customer_id: None, detail: serde_json::Map::new(), output }
    }

    /// Whose object it is.
    #[must_use]
    pub fn of(mut self, customer_id: impl ToString) -> Self {
        self.customer_id = Some(customer_id.to_string());
        self
    }

    /// A fact worth keeping; never a secret.
    #[must_use]
    pub fn noting(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.detail.insert(name.to_owned(), value.into());
        self
    }
}

/// Why somebody may not.
enum Denied {
    /// Nobody signed in.
    Stranger,
    /// Neither the roles nor the API key include the action.
    Role,
}

impl Call {
    /// A call of the product itself, for jobs and reactions.
    #[must_use]
    pub fn system(db: Db, vault: Vault, public_url: Arc<str>, name: &'static str) -> Self {
        Self {
            db,
            vault,
            public_url,
            actor: Actor::System(name),
            request_id: format!("system:{name}"),
            locale: "en".to_owned(),
            address: String::new(),
            user_agent: String::new(),
            idempotency: None,
        }
    }

    /// The moment of this call.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.db.now()
    }

    /// The signed-in person.
    ///
    /// # Errors
    /// `auth.sign_in_required` when nobody is.
    pub fn person(&self) -> Result<&Person> {
        match &self.actor {
            Actor::Person(person) => Ok(person),
            Actor::Anonymous | Actor::System(_) => {
                Err(Refusal::new("auth.sign_in_required", Kind::Unauthenticated).into())
            }
        }
    }

    /// The signed-in person's id.
    ///
    /// # Errors
    /// `auth.sign_in_required` when nobody is.
    pub fn person_id(&self) -> Result<PersonId> {
        self.person()?.id.parse().map_err(crate::platform::Error::internal)
    }

    /// Whether the caller is staff (or the product itself).
    #[must_use]
    pub fn is_staff(&self) -> bool {
        match &self.actor {
            Actor::Person(person) => person.staff.is_some(),
            Actor::System(_) => true,
            Actor::Anonymous => false,
        }
    }

    /// Who, for rows: a person's id, `system:<name>` or `anonymous`.
    #[must_use]
    pub fn actor_id(&self) -> String {
        match &self.actor {
            Actor::Person(person) => person.id.clone(),
            Actor::System(name) => format!("system:{name}"),
            Actor::Anonymous => "anonymous".to_owned(),
        }
    }

    /// Who, for people.
    #[must_use]
    pub fn actor_name(&self) -> String {
        match &self.actor {
            Actor::Person(person) => person.name.clone(),
            Actor::System(_) => "Hostwright".to_owned(),
            Actor::Anonymous => String::new(),
        }
    }

    /// Whether this caller may do the action on anything at all; pages use it to
    /// show only what can be done.
    #[must_use]
    pub fn may(&self, action: Action) -> bool {
        self.reach(action).is_ok()
    }

    /// Decides whether the caller may, and how far. The first line of every
    /// command and query.
    ///
    /// # Errors
    /// `auth.sign_in_required` for strangers, `auth.not_permitted` for people
    /// whose roles (or API key) do not include the action.
    pub fn authorize(&self, action: Action) -> Result<Scope> {
        match self.reach(action) {
            Ok(reach) => Ok(Scope { action, reach }),
            Err(Denied::Stranger) => Err(Refusal::new("auth.sign_in_required", Kind::Unauthenticated).into()),
            Err(Denied::Role) => {
                Err(Refusal::new("auth.not_permitted", Kind::Forbidden).with("action", action.name()).into())
            }
        }
    }

    fn reach(&self, action: Action) -> std::result::Result<Reach, Denied> {
        let rule = action.rule();
        let person = match &self.actor {
            Actor::System(_) => return Ok(Reach::Everything),
            Actor::Anonymous if rule.audience == Audience::Anyone => return Ok(Reach::Customers(Vec::new())),
            Actor::Anonymous => return Err(Denied::Stranger),
            Actor::Person(person) => person,
        };
        if !person.key_allows(rule.name) {
            return Err(Denied::Role);
        }
        if person.staff.is_some_and(|role| action.allows_staff(role)) {
            return Ok(Reach::Everything);
        }
        let own: Vec<String> = person
            .memberships
            .iter()
            .filter(|(_, role)| action.allows_member(*role))
            .map(|(customer, _)| customer.clone())
            .collect();
        if own.is_empty() && rule.audience == Audience::Granted {
            return Err(Denied::Role);
        }
        Ok(Reach::Customers(own))
    }

    /// [`Call::authorize`] for an object of this customer: not found unless it
    /// can be reached.
    ///
    /// # Errors
    /// As for [`Call::authorize`], and `request.not_found`.
    pub fn authorize_for(&self, action: Action, customer_id: &str) -> Result<Scope> {
        let scope = self.authorize(action)?;
        scope.require(customer_id)?;
        Ok(scope)
    }

    /// Runs a command's one transaction: the change, its audit row and, where
    /// the caller sent a key, the kept answer are committed together.
    ///
    /// # Errors
    /// What the body returns; then nothing was changed.
    pub async fn write<T, F>(&self, scope: &Scope, body: F) -> Result<T>
    where
        T: Serialize + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<Changed<T>> + Send + 'static,
    {
        let call = self.clone();
        let action = scope.action;
        self.db
            .write(move |tx| {
                let changed = body(tx)?;
                call.record(tx, action, changed)
            })
            .await
    }

    /// The answer that was kept for this call's idempotency key, if any.
    ///
    /// # Errors
    /// Refuses a key that was used for another request.
    pub async fn kept_answer(&self) -> Result<Option<serde_json::Value>> {
        let Some(key) = self.idempotency.clone() else {
            return Ok(None);
        };
        let kept = self.db.read(move |tx| idempotency::kept_answer(tx, &key)).await?;
        kept.map(|sealed| Ok(serde_json::from_str(&self.vault.open(ANSWER, &sealed)?)?)).transpose()
    }

    /// Writes the audit row (and the kept answer) of a change in a transaction
    /// that the caller already runs; [`Call::write`] does it for commands.
    ///
    /// # Errors
    /// When the database fails or the idempotency key was used meanwhile.
    pub fn record<T: Serialize>(&self, tx: &mut Tx<'_>, action: Action, changed: Changed<T>) -> Result<T> {
        let row = self.audit_row(tx, action, changed.subject, changed.customer_id, changed.detail);
        crate::audit::store::append(tx, row);
        if let Some(key) = &self.idempotency {
            // Answers may hold tokens, so they are kept sealed.
            let answer = self.vault.seal(ANSWER, &serde_json::to_string(&changed.output)?)?;
            idempotency::keep_answer(tx, key, &answer)?;
        }
        Ok(changed.output)
    }

    /// [`Call::record`] of several changes that answer nothing.
    pub fn record_all(&self, tx: &mut Tx<'_>, action: Action, changes: Vec<Changed<()>>) {
        for changed in changes {
            let row = self.audit_row(tx, action, changed.subject, changed.customer_id, changed.detail);
            crate::audit::store::append(tx, row);
        }
    }

    fn audit_row(
        &self,
        tx: &Tx<'_>,
        action: Action,
        subject: String,
        customer_id: Option<String>,
        detail: serde_json::Map<String, serde_json::Value>,
    ) -> AuditRow {
        AuditRow {
            id: AuditId::new(),
            at: tx.now(),
            actor: self.actor_id(),
            actor_name: self.actor_name(),
            action: action.name().to_owned(),
            subject,
            customer_id,
            detail: serde_json::Value::Object(detail).to_string(),
            request_id: self.request_id.clone(),
            position: None,
            hash: None,
        }
    }
}

impl Person {
    fn key_allows(&self, action: &str) -> bool {
        self.key_scopes.as_ref().is_none_or(|scopes| {
            scopes.iter().any(|scope| {
                scope == "*"
                    || scope == action
                    || scope.strip_suffix('*').is_some_and(|slice| action.starts_with(slice))
            })
        })
    }
}
