//! Images in a database.

use hostwright_panel::auth::policy::StaffRole;
use hostwright_panel::images::commands::{self, RegisterImage, RetireImage};
use hostwright_panel::images::model::{Boot, ImageState, ImageView};
use hostwright_panel::images::queries;
use hostwright_panel::platform::ListInput;
use hostwright_tests::{World, on_both_engines};

fn tiny(name: &str) -> RegisterImage {
    RegisterImage {
        name: name.to_owned(),
        family: "tiny".to_owned(),
        boot: Boot::Direct,
        kernel: Some("/srv/images/vmlinuz".to_owned()),
        initrd: Some("/srv/images/initrd".to_owned()),
        disk: None,
        command_line: "console=ttyS0".to_owned(),
        minimum_memory_mib: 64,
        minimum_disk_gib: 1,
    }
}

async fn registered(world: &World, name: &str) -> ImageView {
    commands::register(&world.owner(), tiny(name)).await.unwrap()
}

on_both_engines! {
    async fn a_retired_image_is_not_offered_but_known(world) {
        let image = registered(world, "Tiny").await;
        let retire = RetireImage { image_id: image.id.clone() };
        let id = image.id.clone();
        world.db.read(move |tx| queries::offered_in(tx, &id)).await.unwrap();
        assert_eq!(commands::retire(&world.owner(), retire.clone()).await.unwrap().state, ImageState::Retired);
        assert!(commands::retire(&world.owner(), retire).await.unwrap_err().is("images.retired"));
        world.db.read(move |tx| {
            assert!(queries::offered_in(tx, &image.id).unwrap_err().is("images.not_offered"));
            assert_eq!(queries::load_in(tx, &image.id)?.name, "Tiny");
            Ok(())
        }).await.unwrap();
    }

    async fn a_name_is_taken_once(world) {
        registered(world, "Tiny").await;
        let error = commands::register(&world.owner(), tiny(" Tiny ")).await.unwrap_err();
        assert!(error.is("images.name_taken"), "{error}");
    }

    async fn strangers_see_what_is_offered_without_its_files(world) {
        registered(world, "Tiny").await;
        let old = registered(world, "Old").await;
        commands::retire(&world.owner(), RetireImage { image_id: old.id }).await.unwrap();
        let open = queries::list(&world.anonymous(), ListInput::default()).await.unwrap().items;
        assert_eq!(open.len(), 1);
        assert!(open[0].files.is_none());
        let staff = queries::list(&world.staff(StaffRole::Support), ListInput::default()).await.unwrap().items;
        assert_eq!(staff.len(), 2);
        assert!(staff.iter().all(|image| image.files.is_some()));
        assert!(commands::register(&world.anonymous(), tiny("Mine")).await.is_err());
        assert!(commands::register(&world.staff(StaffRole::Support), tiny("Mine")).await.is_err());
    }
}
