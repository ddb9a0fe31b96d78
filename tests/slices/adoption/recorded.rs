//! Xen nodes by their recorded answers: definitions of real guests of many ages, as libvirt's
//! Xen driver gave them, on a simulated node. What a definition does not say (whether the guest
//! runs, and how large its disk is) is added as a node would tell it. No Xen runs here.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use hostwright_node::xml::found_guest;
use hostwright_panel::nodes::model::Hypervisor;
use hostwright_panel::servers::adoption::commands::{self, ForgetGuest};
use hostwright_panel::servers::adoption::model::{GuestFound, Standing};
use hostwright_panel::servers::commands as servers;
use hostwright_panel::servers::model::Seen;
use hostwright_server::survey;
use hostwright_tests::World;

use super::super::servers::estate::{Estate, Ground, change};
use super::{adopt, found, server};

/// Recorded definitions of Xen guests, where they lie beside the project.
fn recorded() -> Vec<PathBuf> {
    let roots =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|above| above.join("shared/fixtures/libvirt-xen"));
    let Some(root) = roots.into_iter().find(|root| root.is_dir()) else {
        eprintln!("skipped: no documents in ../shared/fixtures/libvirt-xen beside the project");
        return Vec::new();
    };
    let folders = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let mut files: Vec<PathBuf> = folders
        .flat_map(|folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()))
        .filter(|path| path.extension().is_some_and(|end| end == "xml"))
        .collect();
    files.sort();
    files
}

/// The guest of a recorded definition, as its node would tell of it while it runs.
fn told(path: &Path) -> Option<GuestFound> {
    let document = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    let mut guest = survey::found(found_guest(&document, Some(&document)).ok()?);
    guest.facts.state = Seen::Running;
    for disk in guest.facts.disks.iter_mut().filter(|disk| disk.source.is_some()) {
        disk.bytes = Some(4 << 30);
    }
    Some(guest)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn xen_guests_from_recorded_definitions_are_judged_and_taken_over_on_a_simulated_node() {
    let documents = recorded();
    if documents.is_empty() {
        return;
    }
    let world = World::sqlite();
    let ground = Ground {
        hypervisor: Hypervisor::Xen,
        uri: "xen:///system".to_owned(),
        cidr: "192.0.2.0/24",
        gateway: "192.0.2.254",
        ..Ground::simulated(&world)
    };
    let estate = Estate::on(&world, ground).await;
    let (simulator, node) = (estate.simulator(), estate.node.as_str());
    let mut verdicts: BTreeMap<String, usize> = BTreeMap::new();
    let mut open = Vec::new();
    for path in &documents {
        let Some(guest) = told(path) else { continue };
        let (uuid, name) = (guest.facts.uuid.clone(), guest.facts.name.clone());
        assert_eq!(guest.facts.kind, "xen", "{}", path.display());
        simulator.place(node, guest.clone());
        let before = simulator.inventory();
        estate.survey().await;
        assert_eq!(simulator.inventory(), before);
        let view = found(&estate, &name).await;
        assert_eq!(view.guest, guest.facts, "{}", path.display());
        assert_eq!(view.is_open, view.obstacles.is_empty());
        for obstacle in &view.obstacles {
            *verdicts.entry(obstacle.code.clone()).or_default() += 1;
        }
        // One at a time: the same guest was recorded in several forms.
        if view.is_open {
            open.push(guest);
        }
        simulator.take_away(node, &uuid);
        estate.survey().await;
        commands::forget(&world.owner(), ForgetGuest { found_id: view.id }).await.unwrap();
    }
    println!("{} definitions, {} can be taken over: {verdicts:?}", documents.len(), open.len());
    for code in ["adoption.several_disks", "adoption.host_device", "adoption.no_interface", "adoption.no_disk"] {
        assert!(verdicts.contains_key(code), "{code} is in no recorded definition: {verdicts:?}");
    }

    // A paravirtual guest whose address its own definition tells.
    let told_address = open.into_iter().find(|guest| !guest.facts.addresses().is_empty()).expect("one with an address");
    let name = told_address.facts.name.clone();
    simulator.place(node, told_address.clone());
    estate.survey().await;
    let subscription = estate.subscription().await;
    let asked = adopt(&found(&estate, &name).await, &subscription);
    let before = simulator.inventory();
    commands::adopt(&world.owner(), asked).await.unwrap();
    estate.settle().await;
    assert_eq!(simulator.inventory(), before, "nothing on the node has changed");
    let view = found(&estate, &name).await;
    assert_eq!((view.standing, view.refusal), (Standing::Adopted, None));
    let server = server(&estate, view.server_id.unwrap()).await;
    let shown = estate.show(&server.id).await;
    assert_eq!((shown.state, shown.addresses[0].address.as_str()), (Seen::Running, "192.0.2.1"));
    assert_eq!(server.uuid, told_address.facts.uuid);
    for (ask, state) in [(true, Seen::ShutOff), (false, Seen::Running)] {
        let done = if ask {
            servers::shut_down(&estate.member(), change(&server)).await
        } else {
            servers::start(&estate.member(), change(&server)).await
        };
        done.unwrap();
        estate.settle().await;
        assert_eq!(estate.show(&server.id).await.state, state);
    }
    assert_eq!(estate.breaks().await, Vec::<String>::new());
}
