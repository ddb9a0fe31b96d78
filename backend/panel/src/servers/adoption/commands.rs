//! Looking at a node's guests, deciding what becomes of each, and taking them over.

use std::net::IpAddr;

use hostwright_kernel::Day;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::AdoptionRefusal;
use super::judge::{Whom, judge};
use super::model::{Adoption, FoundId, GuestFound, Payer, Standing, Wanted, is_without_guest};
use super::queries::{self, Around, FoundRemark, FoundView};
use super::store::{self, Found};
use super::{jobs, model};
use crate::auth::call::{Call, Changed, not_found};
use crate::auth::policy::Action;
use crate::images::model::ImageId;
use crate::nodes::model::{Capacity, NodeId, NodeState};
use crate::platform::error::{Error, Result};
use crate::platform::{Refusal, Tx};
use crate::servers as slice;
use crate::servers::model::{Desired, Disk, DiskId, DiskState, Facts, Observation, Server, ServerId, StopMode};
use crate::servers::queries::TaskView;
use crate::subscriptions::model::{CarriedOn, PriceId, Subscription, SubscriptionId, SubscriptionState};
use crate::{addresses, images, nodes, subscriptions};

/// Asks for a look at the guests of a node that are not ours.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SurveyNode {
    /// The node.
    pub node_id: NodeId,
}

/// A guest to be taken over where it runs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdoptGuest {
    /// The guest.
    pub found_id: FoundId,
    /// What pays for it: it says whose it is and by which plan. It is active, and has no
    /// server yet or one that was never begun. When left out, a subscription is made from
    /// the next three.
    #[serde(default)]
    pub subscription_id: Option<SubscriptionId>,
    /// Whose it is: `cus_...`.
    #[serde(default)]
    pub customer_id: Option<String>,
    /// At which price it goes on; the price is one of a plan.
    #[serde(default)]
    pub price_id: Option<PriceId>,
    /// The first day that is not paid for: renewals are billed from it.
    #[serde(default)]
    pub billed_until: Option<Day>,
    /// Host name of a new server; the domain's name when left out.
    #[serde(default)]
    pub hostname: Option<String>,
    /// Addresses that it has and that could not be found out.
    #[serde(default)]
    pub addresses: Vec<String>,
    /// What a new server counts as made from; nothing in particular when left out.
    #[serde(default)]
    pub image_id: Option<ImageId>,
}

/// A guest to be left alone.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IgnoreGuest {
    /// The guest.
    pub found_id: FoundId,
    /// `false` takes it up again; `true` when left out.
    #[serde(default)]
    pub ignored: Option<bool>,
}

/// A guest that a person says is gone.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ForgetGuest {
    /// The guest.
    pub found_id: FoundId,
}

/// Asks for a look at all guests of a node that are not ours. Nothing on the node changes.
///
/// # Errors
/// `request.not_found`; `adoption.node_removed`.
pub async fn survey(call: &Call, input: SurveyNode) -> Result<TaskView> {
    let scope = call.authorize(Action::SurveyNode)?;
    let actor = call.actor_id();
    call.write(&scope, move |tx| {
        let node = nodes::queries::load_in(tx, &input.node_id)?;
        if node.state == NodeState::Removed {
            return Err(AdoptionRefusal::NodeRemoved.with("detail", node.name).into());
        }
        let task = jobs::enqueue_survey_in(tx, &node.id, &actor)?;
        let view = slice::queries::task_in(tx, None, &task, true)?;
        Ok(Changed::new(&input.node_id, view).noting("name", node.name).noting("task", task.as_str()))
    })
    .await
}

/// Takes a guest over for a subscription: a worker looks at it once more, and records it as
/// the subscription's server if nothing is in the way. The guest notices nothing.
///
/// # Errors
/// `request.not_found`; `adoption.not_open`; `adoption.payer_needed`;
/// `adoption.subscription_not_active`; `adoption.subscription_has_server`; as for a
/// subscription that is carried on (`subscriptions.*`, `catalogue.not_for_sale`); whatever
/// keeps it from being managed (`adoption.*`).
pub async fn adopt(call: &Call, input: AdoptGuest) -> Result<FoundView> {
    let scope = call.authorize(Action::AdoptGuest)?;
    let actor = call.actor_id();
    let wanted = Wanted {
        payer: payer(&input)?,
        hostname: input.hostname.clone().filter(|name| !name.trim().is_empty()),
        addresses: parse_addresses(&input.addresses)?,
        image_id: input.image_id.clone(),
    };
    call.write(&scope, move |tx| {
        let found = store::lock(tx, &input.found_id)?.ok_or_else(not_found)?;
        if !matches!(found.standing, Standing::Found | Standing::Ignored) {
            return Err(AdoptionRefusal::NotOpen.with("detail", found.standing).into());
        }
        let case = Case::load(tx, &found, &wanted)?;
        let found = Found { standing: Standing::Adopting, wanted: Some(wanted.clone()), refusal: None, ..found };
        store::save(tx, &found)?;
        jobs::enqueue_adopt_in(tx, &found.id, &actor)?;
        let view = queries::view_in(tx, &found)?;
        let changed = Changed::new(&found.id, view)
            .of(&case.subscription.customer_id)
            .noting("guest", found.facts.name.clone())
            .noting("uuid", found.facts.uuid.clone())
            .noting("plan", case.subscription.plan_name.clone());
        Ok(match &wanted.payer {
            Payer::Subscription(id) => changed.noting("subscription", id.as_str()),
            Payer::CarriedOn(sold) => changed.noting("billed_until", sold.billed_until.to_string()),
        })
    })
    .await
}

/// Leaves a guest alone, or takes it up again. What it uses is still given to nobody.
///
/// # Errors
/// `request.not_found`; `adoption.not_open` for what is a server's, or gone.
pub async fn ignore(call: &Call, input: IgnoreGuest) -> Result<FoundView> {
    let scope = call.authorize(Action::IgnoreGuest)?;
    call.write(&scope, move |tx| {
        let found = store::lock(tx, &input.found_id)?.ok_or_else(not_found)?;
        let to = if input.ignored.unwrap_or(true) { Standing::Ignored } else { Standing::Found };
        if matches!(found.standing, Standing::Adopted | Standing::Gone) {
            return Err(AdoptionRefusal::NotOpen.with("detail", found.standing).into());
        }
        // The task of one that is being taken over finds that it is no longer wanted.
        let found = Found { standing: to, wanted: None, ..found };
        store::save(tx, &found)?;
        let view = queries::view_in(tx, &found)?;
        Ok(Changed::new(&found.id, view).noting("guest", found.facts.name.clone()).noting("standing", to.as_str()))
    })
    .await
}

/// Strikes off a guest that the last look did not show, because a person knows that it is
/// gone: what it used may be given again.
///
/// # Errors
/// `request.not_found`; `adoption.not_open` for one that was seen.
pub async fn forget(call: &Call, input: ForgetGuest) -> Result<FoundView> {
    let scope = call.authorize(Action::ForgetGuest)?;
    call.write(&scope, move |tx| {
        let found = store::lock(tx, &input.found_id)?.ok_or_else(not_found)?;
        if found.standing != Standing::Gone {
            return Err(AdoptionRefusal::NotOpen.with("detail", found.standing).into());
        }
        let view = queries::view_in(tx, &found)?;
        let freed = addresses::commands::forget_in_use_in(tx, &found.node_id, &found.facts.uuid)?;
        store::delete(tx, &found.id)?;
        Ok(Changed::new(&found.id, view)
            .noting("guest", found.facts.name.clone())
            .noting("uuid", found.facts.uuid.clone())
            .noting("freed", i64::try_from(freed).unwrap_or(i64::MAX)))
    })
    .await
}

/// What a look at a node came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Surveyed {
    /// Guests that are not ours.
    pub found: usize,
    /// Guests that were taken over before.
    pub own: usize,
    /// Guests that earlier looks showed and this one did not.
    pub lost: usize,
}

/// Records a look at all guests of a node that carry no mark of ours, and keeps what they
/// use from being given away.
///
/// # Errors
/// When the database fails.
pub fn record_survey_in(tx: &mut Tx<'_>, node_id: &NodeId, seen: &[GuestFound]) -> Result<Surveyed> {
    let own: Vec<String> = slice::store::of_node(tx, node_id)?.into_iter().map(|server| server.uuid).collect();
    let mut surveyed = Surveyed::default();
    for guest in seen {
        store::see(tx, node_id, guest)?;
        if own.contains(&guest.facts.uuid) {
            surveyed.own = surveyed.own.saturating_add(1);
        } else {
            let (uuid, name) = (&guest.facts.uuid, &guest.facts.name);
            addresses::commands::note_in_use_in(tx, node_id, uuid, name, &guest.facts.used())?;
            surveyed.found = surveyed.found.saturating_add(1);
        }
    }
    let shown: Vec<String> = seen.iter().map(|guest| guest.facts.uuid.clone()).collect();
    surveyed.lost = store::lose(tx, node_id, &shown)?;
    Ok(surveyed)
}

/// How taking over ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It is this server's guest.
    Over(ServerId),
    /// It was already, or nobody wants it any more.
    Nothing,
    /// It is left alone, for this reason.
    Not(FoundRemark),
}

/// Records a guest as its server's, if the look that was just taken allows it; `seen` is none
/// when it showed nothing. Everything is recorded, or nothing; a second time does nothing.
///
/// # Errors
/// When the database fails, or somebody else was faster: then it is tried again.
pub fn take_over_in(tx: &mut Tx<'_>, id: &FoundId, seen: Option<&GuestFound>) -> Result<Taken> {
    let Some(found) = store::lock(tx, id)? else {
        return Ok(Taken::Nothing);
    };
    let Some(wanted) = found.wanted.clone().filter(|_| found.standing == Standing::Adopting) else {
        return Ok(Taken::Nothing);
    };
    let Some(seen) = seen else {
        return give_up(tx, found, &AdoptionRefusal::Gone.refusal());
    };
    store::see(tx, &found.node_id, seen)?;
    let found = Found { facts: seen.facts.clone(), document: seen.document.clone(), ..found };
    let case = Case::load(tx, &found, &wanted).and_then(|case| {
        case.reserve_room(tx, &found)?;
        Ok(case)
    });
    match case {
        Ok(case) => {
            // A refusal from here on would leave half of it: all of it is undone, and the next
            // try judges anew.
            let server_id = case.record(tx, &found, &wanted).map_err(|error| match error {
                Error::Refused(refusal) => Error::internal(format!("{} came too late", refusal.code)),
                error => error,
            })?;
            store::save(
                tx,
                &Found {
                    standing: Standing::Adopted,
                    wanted: None,
                    refusal: None,
                    server_id: Some(server_id.clone()),
                    ..found
                },
            )?;
            Ok(Taken::Over(server_id))
        }
        Err(Error::Refused(refusal)) => give_up(tx, found, &refusal),
        Err(Error::Fields(refusals)) => match refusals.first() {
            Some(refusal) => give_up(tx, found, refusal),
            None => Err(Error::internal("a refusal without a reason")),
        },
        Err(error) => Err(error),
    }
}

fn give_up(tx: &mut Tx<'_>, found: Found, refusal: &Refusal) -> Result<Taken> {
    let remark = FoundRemark::of(refusal);
    let kept = Some((remark.code.clone(), remark.detail.clone()));
    store::save(tx, &Found { standing: Standing::Found, wanted: None, refusal: kept, ..found })?;
    Ok(Taken::Not(remark))
}

/// A guest with what is wanted for it, and nothing in the way.
struct Case {
    subscription: Subscription,
    /// The subscription's server, which has no guest.
    server: Option<(Server, Disk)>,
    capacity: Capacity,
    hostname: String,
    mac: String,
    disk: model::DiskFacts,
    addresses: Vec<IpAddr>,
}

impl Case {
    /// Refuses whatever is in the way.
    fn load(tx: &mut Tx<'_>, found: &Found, wanted: &Wanted) -> Result<Self> {
        let (server, subscription) = match &wanted.payer {
            Payer::Subscription(id) => (server_of(tx, id)?, subscriptions::queries::locked_in(tx, id)?),
            Payer::CarriedOn(sold) => (None, subscriptions::queries::carried_on_in(tx, sold)?),
        };
        if subscription.state != SubscriptionState::Active {
            return Err(AdoptionRefusal::NotActive.with("detail", subscription.state).into());
        }
        if let Some(image_id) = &wanted.image_id {
            images::queries::load_in(tx, image_id)?;
        }
        let facts = &found.facts;
        let around = Around::load(tx, &found.node_id, &wanted.addresses)?;
        let whom = server.as_ref().map_or(Whom::NewServer, |(server, _)| Whom::Server(&server.id));
        let verdict = judge(facts, &wanted.addresses, &around.others(&found.id), &around.records, whom);
        if let Some(obstacle) = verdict.obstacles.into_iter().next() {
            return Err(obstacle.into());
        }
        let unclear = || Error::from(AdoptionRefusal::SizeUnknown.with("detail", &facts.name));
        Ok(Self {
            capacity: facts.capacity().ok_or_else(unclear)?,
            hostname: facts.hostname(wanted.hostname.as_deref())?,
            mac: facts.macs().next().ok_or_else(unclear)?.to_owned(),
            disk: facts.own_disks().next().cloned().ok_or_else(unclear)?,
            addresses: verdict.addresses,
            subscription,
            server,
        })
    }

    /// Records everything but the room, which is reserved.
    fn record(&self, tx: &mut Tx<'_>, found: &Found, wanted: &Wanted) -> Result<ServerId> {
        let place = self.disk.place().ok_or_else(|| Error::internal("a disk without a place"))?;
        let (server, disk) = match &self.server {
            Some((before, disk)) => (self.as_found(found, before.clone()), disk.clone()),
            None => self.new_server(tx, found, wanted)?,
        };
        let disk = Disk {
            node_id: found.node_id.clone(),
            name: place.clone(),
            size_gib: server.disk_gib,
            state: DiskState::Present,
            ..disk
        };
        let now = tx.now();
        match &self.server {
            None => slice::store::insert(tx, &server, &disk)?,
            Some((before, _)) => {
                // Whoever has it in hand just now is refused from here on.
                slice::store::raise_fence(tx, &server.id)?;
                addresses::commands::release_in(tx, server.id.as_str(), now)?;
                if !store::replace(tx, &server, &disk, before.version)? {
                    return Err(Error::internal("the server was changed while its guest was taken over"));
                }
            }
        }
        addresses::commands::assign_mac_in(tx, &self.mac, server.id.as_str())?;
        for address in &self.addresses {
            addresses::commands::assign_found_in(tx, *address, server.id.as_str())?;
        }
        let adoption = Adoption {
            server_id: server.id.clone(),
            name: found.facts.name.clone(),
            pool: self.disk.pool.clone(),
            volume: self.disk.volume.clone().filter(|_| self.disk.pool.is_some()).unwrap_or(place),
            document: found.document.clone(),
            addresses: self.addresses.clone(),
        };
        store::insert_adoption(tx, &found.node_id, &adoption)?;
        let seen = Observation {
            state: found.facts.state,
            generation: server.generation,
            reboots_done: server.reboots,
            built: true,
            facts: Facts { as_found: true, domain: Some(server.generation), ..Facts::default() },
            ..Observation::nothing_yet(now)
        };
        slice::store::save_observation(tx, &server.id, &seen)?;
        addresses::commands::forget_in_use_in(tx, &found.node_id, &found.facts.uuid)?;
        slice::jobs::enqueue_in(tx, &server, "servers-reconcile", "system:adoption")?;
        Ok(server.id)
    }

    /// Room on its node, in place of what its server had reserved anywhere.
    fn reserve_room(&self, tx: &mut Tx<'_>, found: &Found) -> Result<()> {
        let before = self.server.as_ref().map(|(server, _)| (server.node_id.clone(), server.capacity()));
        if let Some((node, held)) = &before {
            nodes::commands::release_capacity_in(tx, node, held)?;
        }
        match nodes::commands::reserve_present_in(tx, &found.node_id, &self.capacity) {
            Ok(()) => Ok(()),
            Err(Error::Refused(_)) => {
                if let Some((node, held)) = &before {
                    nodes::commands::reserve_present_in(tx, node, held)?;
                }
                let Capacity { vcpus, memory_mib, disk_gib } = self.capacity;
                let detail = format!("{vcpus} vCPU, {memory_mib} MiB, {disk_gib} GiB");
                Err(AdoptionRefusal::NoRoom.with("detail", detail).into())
            }
            Err(error) => Err(error),
        }
    }

    /// The server as its guest is: what it does is what is wished.
    fn as_found(&self, found: &Found, before: Server) -> Server {
        Server {
            node_id: found.node_id.clone(),
            vcpus: self.capacity.vcpus,
            memory_mib: self.capacity.memory_mib,
            disk_gib: self.capacity.disk_gib,
            mac: self.mac.clone(),
            uuid: found.facts.uuid.clone(),
            desired: found.facts.desired(),
            suspended: false,
            released: true,
            generation: before.generation.saturating_add(1),
            version: before.version.saturating_add(1),
            ..before
        }
    }

    fn new_server(&self, tx: &mut Tx<'_>, found: &Found, wanted: &Wanted) -> Result<(Server, Disk)> {
        let subscription = match &wanted.payer {
            Payer::Subscription(_) => self.subscription.clone(),
            Payer::CarriedOn(sold) => subscriptions::commands::carry_on_in(tx, sold)?,
        };
        let image = match &wanted.image_id {
            Some(id) => images::queries::load_in(tx, id)?,
            None => images::commands::as_found_in(tx)?,
        };
        let blank = Server {
            id: ServerId::new(),
            customer_id: subscription.customer_id,
            subscription_id: subscription.id,
            node_id: found.node_id.clone(),
            image_id: image.id,
            hostname: self.hostname.clone(),
            ssh_keys: Vec::new(),
            vcpus: 0,
            memory_mib: 0,
            disk_gib: 0,
            mac: String::new(),
            uuid: String::new(),
            desired: Desired::Stopped,
            suspended: false,
            released: true,
            generation: 0,
            reboots: 0,
            stop_mode: StopMode::Graceful,
            purge_after: None,
            fence: 0,
            created_at: tx.now(),
            version: 0,
        };
        let server = self.as_found(found, blank);
        let disk = Disk {
            id: DiskId::new(),
            server_id: server.id.clone(),
            node_id: server.node_id.clone(),
            name: String::new(),
            size_gib: server.disk_gib,
            state: DiskState::Planned,
            purge_after: None,
        };
        Ok((server, disk))
    }
}

/// The subscription's server, locked, with its disk; none when it has none.
fn server_of(tx: &mut Tx<'_>, subscription_id: &SubscriptionId) -> Result<Option<(Server, Disk)>> {
    let Some(found) = slice::store::of_subscription(tx, subscription_id)? else {
        return Ok(None);
    };
    let server = slice::store::lock(tx, &found.id)?.ok_or_else(not_found)?;
    let disk = slice::store::disk(tx, &server.id)?;
    let seen = slice::store::observation(tx, &server.id)?;
    if server.desired == Desired::Deleted || !is_without_guest(disk.state, &seen) {
        return Err(AdoptionRefusal::HasServer.with("detail", &server.id).into());
    }
    Ok(Some((server, disk)))
}

/// What pays, as a person said it: one thing or the other.
fn payer(input: &AdoptGuest) -> Result<Payer> {
    let named = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    match (&input.subscription_id, named(&input.customer_id), &input.price_id, input.billed_until) {
        (Some(id), None, None, None) => Ok(Payer::Subscription(id.clone())),
        (None, Some(customer_id), Some(price_id), Some(billed_until)) => {
            Ok(Payer::CarriedOn(CarriedOn { customer_id, price_id: price_id.clone(), billed_until }))
        }
        _ => Err(AdoptionRefusal::PayerNeeded.into()),
    }
}

/// Addresses as typed, each once.
fn parse_addresses(typed: &[String]) -> Result<Vec<IpAddr>> {
    let mut parsed: Vec<IpAddr> = Vec::new();
    let words = typed.iter().flat_map(|line| line.split([',', ' ', '\n'])).map(str::trim);
    for word in words.filter(|word| !word.is_empty()) {
        let address: IpAddr = word.parse().map_err(|_unreadable| AdoptionRefusal::BadAddress.with("detail", word))?;
        if !parsed.contains(&address) {
            parsed.push(address);
        }
    }
    Ok(parsed)
}
