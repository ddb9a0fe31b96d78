//! Nodes in a database.

use std::sync::{Arc, Mutex};

use hostwright_panel::auth::policy::{MemberRole, StaffRole};
use hostwright_panel::nodes::commands::{self, ProbeNode, RegisterNode, UpdateNode};
use hostwright_panel::nodes::jobs;
use hostwright_panel::nodes::model::{Capacity, Hypervisor, LinkState, Node, NodeId, NodeState, NodeView, ProbeReport};
use hostwright_panel::nodes::ports::NodeProbe;
use hostwright_panel::nodes::queries::{self, ShowNode};
use hostwright_panel::platform::error::{Error, Result};
use hostwright_panel::platform::worker::{BoxFuture, Worker};
use hostwright_panel::platform::{ListInput, Paged};
use hostwright_tests::{World, on_both_engines};

/// Answers with what a test put in.
struct Answers(Mutex<std::result::Result<ProbeReport, String>>);

impl NodeProbe for Answers {
    fn probe(&self, _node: Node) -> BoxFuture<'_, Result<ProbeReport>> {
        let answer = self.0.lock().unwrap().clone();
        Box::pin(async move { answer.map_err(Error::Unavailable) })
    }
}

fn report() -> ProbeReport {
    ProbeReport {
        hypervisor: Hypervisor::Test,
        hypervisor_version: None,
        libvirt_version: "9.0.0".to_owned(),
        hostname: "host".to_owned(),
        architecture: Some("x86_64".to_owned()),
        totals: Capacity { vcpus: 8, memory_mib: 8_192, disk_gib: 100 },
        supports: vec!["snapshots".to_owned()],
        problems: Vec::new(),
    }
}

fn answering(answer: std::result::Result<ProbeReport, String>) -> Arc<Answers> {
    Arc::new(Answers(Mutex::new(answer)))
}

fn new(name: &str) -> RegisterNode {
    RegisterNode {
        name: name.to_owned(),
        uri: "test:///default".to_owned(),
        hypervisor: Hypervisor::Test,
        acceleration: None,
        pool: None,
        network: None,
        vcpus_total: None,
        memory_mib_total: None,
        disk_gib_total: None,
    }
}

fn change(node: &NodeView) -> UpdateNode {
    UpdateNode {
        node_id: node.id.clone(),
        name: None,
        uri: None,
        acceleration: None,
        pool: None,
        network: None,
        vcpus_total: None,
        memory_mib_total: None,
        disk_gib_total: None,
        state: None,
    }
}

pub(super) async fn registered(world: &World, name: &str) -> NodeView {
    commands::register(&world.owner(), &*answering(Ok(report())), new(name)).await.unwrap()
}

async fn shown(world: &World, id: &NodeId) -> NodeView {
    queries::show(&world.owner(), ShowNode { node_id: id.clone() }).await.unwrap()
}

fn size(vcpus: i64, memory_mib: i64, disk_gib: i64) -> Capacity {
    Capacity { vcpus, memory_mib, disk_gib }
}

async fn reserve(world: &World, id: &NodeId, wanted: Capacity) -> Result<()> {
    let id = id.clone();
    world.db.write(move |tx| commands::reserve_capacity_in(tx, &id, &wanted)).await
}

async fn release(world: &World, id: &NodeId, given: Capacity) -> Result<()> {
    let id = id.clone();
    world.db.write(move |tx| commands::release_capacity_in(tx, &id, &given)).await
}

on_both_engines! {
    async fn a_node_takes_its_totals_from_its_own_answer(world) {
        let node = registered(world, "n1").await;
        assert_eq!((node.totals, node.link, node.state), (report().totals, LinkState::Up, NodeState::Active));
        assert_eq!((node.pool.as_str(), node.network.as_str()), ("hostwright", "hostwright"));
        assert!(node.seen_at.is_some());
        let given = RegisterNode { vcpus_total: Some(2), ..new("n2") };
        let second = commands::register(&world.owner(), &*answering(Ok(report())), given).await.unwrap();
        assert_eq!(second.totals, size(2, 8_192, 100));
    }

    async fn a_silent_node_is_registered_as_down_only_with_totals(world) {
        let silent = answering(Err("no route to host".to_owned()));
        let refused = commands::register(&world.owner(), &*silent, new("n1")).await.unwrap_err();
        assert!(refused.is("nodes.unreachable"));
        let given = RegisterNode { vcpus_total: Some(2), memory_mib_total: Some(1_024), disk_gib_total: Some(10), ..new("n1") };
        let node = commands::register(&world.owner(), &*silent, given).await.unwrap();
        assert_eq!((node.link, node.seen_at), (LinkState::Down, None));
        assert!(node.link_reason.unwrap().contains("no route"));
    }

    async fn a_name_is_taken_once(world) {
        registered(world, "n1").await;
        let error = commands::register(&world.owner(), &*answering(Ok(report())), new("n1")).await.unwrap_err();
        assert!(error.is("nodes.name_taken"));
        let second = registered(world, "n2").await;
        let error = commands::update(&world.owner(), UpdateNode { name: Some("n1".to_owned()), ..change(&second) }).await.unwrap_err();
        assert!(error.is("nodes.name_taken"));
    }

    async fn what_is_reserved_never_exceeds_what_there_is(world) {
        let node = registered(world, "n1").await;
        reserve(world, &node.id, size(8, 8_192, 99)).await.unwrap();
        assert!(reserve(world, &node.id, size(0, 0, 2)).await.unwrap_err().is("nodes.no_room"));
        assert!(reserve(world, &node.id, size(-1, 0, 0)).await.unwrap_err().is("nodes.no_room"));
        reserve(world, &node.id, size(0, 0, 1)).await.unwrap();
        let seen = shown(world, &node.id).await;
        assert_eq!((seen.reserved, seen.percent), (size(8, 8_192, 100), size(100, 100, 100)));
        release(world, &node.id, size(8, 8_192, 100)).await.unwrap();
        assert!(matches!(release(world, &node.id, size(1, 0, 0)).await, Err(Error::Internal(_))));
        assert_eq!(shown(world, &node.id).await.reserved, Capacity::NONE);
    }

    async fn totals_never_fall_below_what_is_reserved(world) {
        let node = registered(world, "n1").await;
        reserve(world, &node.id, size(4, 4_096, 50)).await.unwrap();
        let less = UpdateNode { vcpus_total: Some(3), ..change(&node) };
        assert!(commands::update(&world.owner(), less).await.unwrap_err().is("nodes.totals_below_reserved"));
        let just = UpdateNode { vcpus_total: Some(4), ..change(&node) };
        assert_eq!(commands::update(&world.owner(), just).await.unwrap().totals, size(4, 8_192, 100));
    }

    async fn a_node_is_removed_only_when_nothing_is_on_it(world) {
        let node = registered(world, "n1").await;
        let remove = UpdateNode { state: Some(NodeState::Removed), ..change(&node) };
        reserve(world, &node.id, size(1, 1, 1)).await.unwrap();
        assert!(commands::update(&world.owner(), remove.clone()).await.unwrap_err().is("nodes.in_use"));
        release(world, &node.id, size(1, 1, 1)).await.unwrap();
        assert_eq!(commands::update(&world.owner(), remove).await.unwrap().state, NodeState::Removed);
        assert!(reserve(world, &node.id, size(1, 1, 1)).await.unwrap_err().is("nodes.no_room"));
        let listed: Paged<NodeView> = queries::list(&world.owner(), ListInput::default()).await.unwrap();
        assert!(listed.items.is_empty());
        let probe = ProbeNode { node_id: node.id };
        assert!(commands::probe(&world.owner(), probe).await.unwrap_err().is("nodes.removed"));
    }

    async fn a_node_in_maintenance_keeps_and_gives_back_but_takes_nothing(world) {
        let node = registered(world, "n1").await;
        reserve(world, &node.id, size(1, 1, 1)).await.unwrap();
        let rest = UpdateNode { state: Some(NodeState::Maintenance), ..change(&node) };
        commands::update(&world.owner(), rest).await.unwrap();
        assert!(reserve(world, &node.id, size(1, 1, 1)).await.unwrap_err().is("nodes.no_room"));
        release(world, &node.id, size(1, 1, 1)).await.unwrap();
    }

    async fn candidates_have_room_and_answer_and_the_emptiest_comes_first(world) {
        let full = registered(world, "full").await;
        let half = registered(world, "half").await;
        let empty = registered(world, "empty").await;
        let down = registered(world, "down").await;
        let resting = registered(world, "resting").await;
        reserve(world, &full.id, size(8, 8_192, 100)).await.unwrap();
        reserve(world, &half.id, size(1, 4_096, 1)).await.unwrap();
        let rest = UpdateNode { state: Some(NodeState::Maintenance), ..change(&resting) };
        commands::update(&world.owner(), rest).await.unwrap();
        let id = down.id.clone();
        world.db.write(move |tx| commands::record_probe_in(tx, &id, &Err("silent".to_owned())).map(|_| ())).await.unwrap();
        let found = world.db.read(|tx| queries::candidates_in(tx, &size(1, 1_024, 1))).await.unwrap();
        let names: Vec<String> = found.into_iter().map(|node| node.name).collect();
        assert_eq!(names, [empty.name, half.name]);
    }

    async fn a_probe_runs_as_a_task_and_records_what_it_finds(world) {
        let node = registered(world, "n1").await;
        let answers = answering(Err("it hangs".to_owned()));
        let handler = Arc::new(jobs::Probe::new(answers.clone()));
        let worker = Worker::new(world.db.clone(), "test".to_owned(), vec![handler], |_, _| Ok(()), 1);
        commands::probe(&world.staff(StaffRole::Admin), ProbeNode { node_id: node.id.clone() }).await.unwrap();
        assert_eq!(worker.run_until_idle().await.unwrap(), 1);
        let down = shown(world, &node.id).await;
        assert_eq!(down.link, LinkState::Down);
        assert_eq!(down.report, node.report);
        *answers.0.lock().unwrap() = Ok(report());
        world.db.write(|tx| jobs::enqueue_probes_in(tx).map(|_| ())).await.unwrap();
        assert_eq!(worker.run_until_idle().await.unwrap(), 1);
        assert_eq!(shown(world, &node.id).await.link, LinkState::Up);
    }

    async fn only_staff_see_nodes(world) {
        let node = registered(world, "n1").await;
        let member = world.member("cus_00000000000000000000000000000001", MemberRole::Owner);
        for call in [world.anonymous(), member, world.staff(StaffRole::Billing)] {
            assert!(queries::list(&call, ListInput::default()).await.is_err());
            assert!(queries::show(&call, ShowNode { node_id: node.id.clone() }).await.is_err());
        }
        assert!(commands::update(&world.staff(StaffRole::Support), change(&node)).await.is_err());
        assert!(queries::show(&world.owner(), ShowNode { node_id: NodeId::new() }).await.unwrap_err().is("request.not_found"));
    }
}
