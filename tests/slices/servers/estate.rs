//! A node with addresses, an image and a plan, and customers with servers on it.

use std::sync::Arc;

use diesel::prelude::*;
use hostwright_kernel::{Clock, Currency, Instant, ManualClock, Months, SystemClock};
use hostwright_panel::addresses::commands::CreatePool;
use hostwright_panel::auth::call::Call;
use hostwright_panel::auth::policy::MemberRole;
use hostwright_panel::catalogue::commands::{CreatePlan, SetPrice};
use hostwright_panel::catalogue::model::{PlanId, PriceId, RenewalChoice};
use hostwright_panel::customers::commands::CreateCustomer;
use hostwright_panel::images::commands::RegisterImage;
use hostwright_panel::images::model::{Boot, ImageId};
use hostwright_panel::nodes::commands::RegisterNode;
use hostwright_panel::nodes::model::{Capacity, Hypervisor, NodeId};
use hostwright_panel::nodes::ports::NodeProbe;
use hostwright_panel::platform::Tx;
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::jobs::{self, JobState};
use hostwright_panel::platform::schema;
use hostwright_panel::platform::worker::{Handler, Worker};
use hostwright_panel::servers::adoption;
use hostwright_panel::servers::commands::{self, ChangeServer, NewServer};
use hostwright_panel::servers::jobs::{Observe, Purge};
use hostwright_panel::servers::model::{Seen, Server, ServerId};
use hostwright_panel::servers::ports;
use hostwright_panel::servers::queries::{self, ServerView, ShowServer};
use hostwright_panel::servers::reconcile::jobs::Reconcile;
use hostwright_panel::subscriptions::model::{NewSubscription, SubscriptionId};
use hostwright_panel::{addresses, catalogue, customers, images, nodes, subscriptions};
use hostwright_tests::{Simulator, World};

pub const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHlJYzjFpLyXfRRHkpM9vnVvcb0yqgV4G2Cq0fYqzL0k test@example";

/// What an estate stands on.
pub struct Ground {
    pub port: Arc<dyn ports::Hypervisor>,
    pub probe: Arc<dyn NodeProbe>,
    pub hypervisor: Hypervisor,
    pub uri: String,
    pub network: &'static str,
    pub cidr: &'static str,
    pub gateway: &'static str,
    /// Kernel, initial memory disk, disk and the kernel's command line.
    pub image: [String; 4],
}

impl Ground {
    /// The simulated node of a world.
    pub fn simulated(world: &World) -> Self {
        Self {
            port: world.hypervisor.clone(),
            probe: world.hypervisor.clone(),
            hypervisor: Hypervisor::Test,
            uri: "test:///default".to_owned(),
            network: "default",
            cidr: "198.51.100.0/24",
            gateway: "198.51.100.1",
            image: [
                "/images/vmlinuz".to_owned(),
                "/images/initrd.img".to_owned(),
                "/images/tiny.img".to_owned(),
                "console=ttyS0".to_owned(),
            ],
        }
    }
}

pub struct Estate<'w> {
    pub world: &'w World,
    pub port: Arc<dyn ports::Hypervisor>,
    pub node: NodeId,
    pub image: ImageId,
    pub plan: PlanId,
    pub price: PriceId,
    pub customer: String,
    /// The reconciler's clock for waiting.
    pub machine: ManualClock,
}

impl<'w> Estate<'w> {
    /// A simulated node with room for many, 253 addresses, and one customer.
    pub async fn new(world: &'w World) -> Self {
        Self::on(world, Ground::simulated(world)).await
    }

    /// The same on other ground.
    pub async fn on(world: &'w World, ground: Ground) -> Self {
        let owner = world.owner();
        let node = RegisterNode {
            name: "node1".to_owned(),
            uri: ground.uri,
            hypervisor: ground.hypervisor,
            acceleration: None,
            pool: Some("hostwright".to_owned()),
            network: Some(ground.network.to_owned()),
            vcpus_total: Some(10_000),
            memory_mib_total: Some(2_560_000),
            disk_gib_total: Some(20_000),
        };
        let node = nodes::commands::register(&owner, ground.probe.as_ref(), node).await.unwrap();
        pool(&owner, ground.cidr, ground.gateway).await;
        let [kernel, initrd, disk, command_line] = ground.image;
        let image = RegisterImage {
            name: "Tiny".to_owned(),
            family: "linux".to_owned(),
            boot: Boot::Direct,
            kernel: Some(kernel),
            initrd: Some(initrd),
            disk: Some(disk),
            command_line,
            minimum_memory_mib: 128,
            minimum_disk_gib: 1,
        };
        let image = images::commands::register(&owner, image).await.unwrap();
        let plan = CreatePlan {
            name: "Small".to_owned(),
            description: String::new(),
            kind: None,
            vcpus: Some(1),
            memory_mib: Some(256),
            disk_gib: Some(2),
            traffic_gib: None,
            tlds: Vec::new(),
            private: false,
            renewal_choices: Some(RenewalChoice::ALL.to_vec()),
        };
        let plan = catalogue::commands::create(&owner, plan).await.unwrap();
        let price = SetPrice {
            plan_id: plan.id.clone(),
            currency: Currency::EUR,
            months: Months::try_from(1).unwrap(),
            amount: "10.00".to_owned(),
            setup: None,
        };
        let price = catalogue::commands::set_price(&owner, price).await.unwrap();
        let customer = add_customer(world, "Anna").await;
        Self {
            world,
            port: ground.port,
            node: node.id,
            image: image.id,
            plan: plan.id,
            price: price.id,
            customer,
            machine: ManualClock::at(SystemClock.now()),
        }
    }

    pub fn simulator(&self) -> &Arc<Simulator> {
        &self.world.hypervisor
    }

    pub fn member(&self) -> Call {
        self.world.member(&self.customer, MemberRole::Owner)
    }

    /// A worker of its own, with the reconciler on the estate's clock.
    pub fn worker(&self) -> Worker {
        let port = Arc::clone(&self.port);
        let handlers: Vec<Arc<dyn Handler>> = vec![
            Arc::new(Reconcile::new(port.clone()).with_clock(Arc::new(self.machine.clone()))),
            Arc::new(Observe::new(port.clone())),
            Arc::new(adoption::jobs::Survey::new(port.clone())),
            Arc::new(adoption::jobs::Adopt::new(port.clone())),
            Arc::new(Purge::new(port)),
        ];
        let name = hostwright_kernel::id::fresh("wrk");
        Worker::new(self.world.db.clone(), name, handlers, |_, _| Ok(()), 1)
    }

    /// A paid or unpaid server of the estate's customer.
    pub async fn reserve(&self, hostname: &str) -> Server {
        self.try_reserve(hostname).await.unwrap()
    }

    pub async fn try_reserve(&self, hostname: &str) -> Result<Server> {
        let (plan, price, image) = (self.plan.clone(), self.price.clone(), self.image.clone());
        let (customer, hostname) = (self.customer.clone(), hostname.to_owned());
        self.world
            .db
            .write(move |tx| {
                let subscription = subscribe(tx, &customer, &plan, &price)?;
                let image = images::queries::offered_in(tx, &image)?;
                commands::reserve_in(tx, &new_server(&customer, subscription, image, &hostname))
            })
            .await
    }

    pub async fn release(&self, server: &Server) {
        let id = server.subscription_id.clone();
        self.world
            .db
            .write(move |tx| {
                subscriptions::commands::activate_in(tx, id.as_str())?;
                commands::release_in(tx, &id)
            })
            .await
            .unwrap();
    }

    pub async fn suspend(&self, server: &Server) {
        let id = server.subscription_id.clone();
        self.world
            .db
            .write(move |tx| {
                subscriptions::commands::suspend_in(tx, id.as_str(), "invoice overdue")?;
                commands::follow_suspension_in(tx, &id)
            })
            .await
            .unwrap();
    }

    pub async fn resume(&self, server: &Server) {
        let id = server.subscription_id.clone();
        self.world
            .db
            .write(move |tx| {
                subscriptions::commands::resume_in(tx, id.as_str())?;
                commands::follow_suspension_in(tx, &id)
            })
            .await
            .unwrap();
    }

    pub async fn terminate(&self, server: &Server) {
        let id = server.subscription_id.clone();
        self.world.db.write(move |tx| commands::terminate_in(tx, &id)).await.unwrap();
    }

    /// A server that runs and is settled.
    pub async fn running(&self, hostname: &str) -> Server {
        let server = self.reserve(hostname).await;
        self.release(&server).await;
        self.settle().await;
        assert_eq!(self.show(&server.id).await.state, Seen::Running);
        server
    }

    pub async fn show(&self, id: &ServerId) -> ServerView {
        let input = ShowServer { server_id: id.clone() };
        queries::show(&self.world.owner(), input).await.unwrap()
    }

    /// Works until no job about a server is open; what waits is not waited for.
    pub async fn settle(&self) {
        for _ in 0..200 {
            self.worker().run_until_idle().await.unwrap();
            if self.open().await == 0 {
                return;
            }
            self.hurry(5).await;
        }
        panic!("some work for servers never ends: {:?}", self.reasons().await);
    }

    /// Lets the machine's seconds pass and makes every waiting job due.
    pub async fn hurry(&self, seconds: u32) {
        self.machine.advance_seconds(seconds);
        let past = SystemClock.now().plus_seconds(-1);
        self.world
            .db
            .write(move |tx| {
                use schema::jobs::dsl;
                let waiting = dsl::jobs.filter(dsl::state.eq_any([JobState::Queued, JobState::Attention]));
                diesel::update(waiting).set(dsl::run_at.eq(past)).execute(tx.conn)?;
                Ok(())
            })
            .await
            .unwrap();
    }

    /// Whatever a killed worker held may be claimed again.
    pub async fn leases_end(&self) {
        let past = SystemClock.now().plus_seconds(-1);
        self.world
            .db
            .write(move |tx| {
                use schema::jobs::dsl;
                diesel::update(dsl::jobs.filter(dsl::state.eq(JobState::Running)))
                    .set(dsl::lease_until.eq(past))
                    .execute(tx.conn)?;
                Ok(())
            })
            .await
            .unwrap();
    }

    /// Works until a fault stops a call for good, then kills the worker there;
    /// false when no fault was met.
    pub async fn work_until_killed(&self) -> bool {
        for _ in 0..60 {
            let worker = self.worker();
            let is_killed = tokio::select! {
                biased;
                () = self.simulator().stopped.notified() => true,
                worked = worker.run_until_idle() => { worked.unwrap(); false }
            };
            if is_killed {
                self.leases_end().await;
                return true;
            }
            if self.open().await == 0 {
                return false;
            }
            self.hurry(5).await;
        }
        false
    }

    async fn open(&self) -> usize {
        self.world
            .db
            .read(|tx| Ok(jobs::count_open(tx)?.into_iter().map(|(_, count)| count).sum::<i64>()))
            .await
            .unwrap()
            .try_into()
            .unwrap()
    }

    pub async fn reasons(&self) -> Vec<(String, JobState, Option<String>)> {
        self.world
            .db
            .read(|tx| {
                use schema::jobs::dsl;
                let open = dsl::jobs.filter(dsl::state.ne_all([JobState::Done, JobState::Cancelled]));
                Ok(open.select((dsl::kind, dsl::state, dsl::reason)).load(tx.conn)?)
            })
            .await
            .unwrap()
    }

    /// One look at the node, with what follows from it.
    pub async fn observe(&self) {
        let node = self.node.clone();
        self.world
            .db
            .write(move |tx| jobs::enqueue(tx, &hostwright_panel::servers::jobs::observe_job(&node)).map(|_| ()))
            .await
            .unwrap();
        self.settle().await;
    }

    /// Looks at the guests of the node that are not ours.
    pub async fn survey(&self) {
        let survey = adoption::commands::SurveyNode { node_id: self.node.clone() };
        adoption::commands::survey(&self.world.owner(), survey).await.unwrap();
        self.settle().await;
    }

    /// What was found on the node, by name.
    pub async fn found(&self) -> Vec<adoption::queries::FoundView> {
        let list =
            adoption::queries::ListFound { node_id: self.node.clone(), standing: None, after: None, limit: Some(200) };
        let mut found = adoption::queries::list(&self.world.owner(), list).await.unwrap().items;
        found.sort_by(|a, b| a.guest.name.cmp(&b.guest.name));
        found
    }

    /// A paid subscription of the estate's customer without a server.
    pub async fn subscription(&self) -> SubscriptionId {
        let (plan, price, customer) = (self.plan.clone(), self.price.clone(), self.customer.clone());
        self.world
            .db
            .write(move |tx| {
                let id = subscribe(tx, &customer, &plan, &price)?;
                subscriptions::commands::activate_in(tx, id.as_str())?;
                Ok(id)
            })
            .await
            .unwrap()
    }

    pub async fn purge(&self) {
        self.world.db.write(|tx| hostwright_panel::servers::jobs::enqueue_purge_in(tx).map(|_| ())).await.unwrap();
        self.settle().await;
    }

    pub async fn breaks(&self) -> Vec<String> {
        self.world.db.read(queries::breaks_in).await.unwrap()
    }

    /// What is counted as taken on the node.
    pub async fn reserved(&self) -> Capacity {
        let node = self.node.clone();
        self.world.db.read(move |tx| Ok(nodes::queries::load_in(tx, &node)?.reserved)).await.unwrap()
    }

    pub fn now(&self) -> Instant {
        self.world.clock.now()
    }
}

pub fn change(server: &Server) -> ChangeServer {
    ChangeServer { server_id: server.id.clone() }
}

async fn pool(owner: &Call, cidr: &str, gateway: &str) {
    let pool = CreatePool {
        name: cidr.to_owned(),
        cidr: cidr.to_owned(),
        gateway: gateway.to_owned(),
        resolvers: vec![gateway.to_owned()],
        node_id: None,
    };
    addresses::commands::create_pool(owner, pool).await.unwrap();
}

pub async fn add_customer(world: &World, name: &str) -> String {
    let customer = CreateCustomer {
        name: name.to_owned(),
        email: format!("{}@example.org", name.to_lowercase()),
        country: "DE".to_owned(),
        company: None,
        street: Some("Weg 1".to_owned()),
        postal_code: Some("10115".to_owned()),
        city: Some("Berlin".to_owned()),
        region: None,
        tax_number: None,
        currency: Some(Currency::EUR),
        locale: None,
        time_zone: Some("Europe/Berlin".to_owned()),
        notes: None,
        invite_owner: false,
    };
    let made = customers::commands::create(&world.owner(), customer).await.unwrap();
    made.id.to_string()
}

pub fn subscribe(tx: &mut Tx<'_>, customer: &str, plan: &PlanId, price: &PriceId) -> Result<SubscriptionId> {
    let (plan, price) = catalogue::queries::sellable_in(tx, plan, price)?;
    let new = NewSubscription {
        customer_id: customer.to_owned(),
        plan,
        price,
        start: "2027-01-31".parse().unwrap(),
        renewal: RenewalChoice::Automatic,
    };
    Ok(subscriptions::commands::create_in(tx, &new)?.id)
}

pub fn new_server(
    customer: &str,
    subscription_id: SubscriptionId,
    image: images::model::Image,
    hostname: &str,
) -> NewServer {
    NewServer {
        customer_id: customer.to_owned(),
        subscription_id,
        capacity: Capacity { vcpus: 1, memory_mib: 256, disk_gib: 2 },
        image,
        hostname: hostname.to_owned(),
        ssh_keys: vec![KEY.to_owned()],
    }
}
