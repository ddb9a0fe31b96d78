#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may stop where it stands"
)]

use hostwright_kernel::Instant;

use super::error::ImageRefusal;
use super::model::{Boot, Image, ImageText, ImageView, Minimums};
use crate::platform::texts::Texts;

fn now() -> Instant {
    "2026-05-03T12:00:00Z".parse().unwrap()
}

fn direct() -> ImageText {
    ImageText {
        name: "Tiny".to_owned(),
        family: "tiny".to_owned(),
        boot: Boot::Direct,
        kernel: Some("/srv/images/vmlinuz".to_owned()),
        initrd: Some("/srv/images/initrd".to_owned()),
        disk: Some(" ".to_owned()),
        command_line: "console=ttyS0".to_owned(),
        minimums: Minimums { memory_mib: 64, disk_gib: 1 },
    }
}

fn disk() -> ImageText {
    ImageText {
        boot: Boot::Disk,
        kernel: None,
        initrd: None,
        disk: Some("/srv/images/debian.qcow2".to_owned()),
        ..direct()
    }
}

fn faults(text: ImageText) -> Vec<(&'static str, String)> {
    Image::new(text, now())
        .unwrap_err()
        .into_iter()
        .map(|fault| (fault.code, fault.field.unwrap_or_default().into_owned()))
        .collect()
}

#[test]
fn every_refusal_has_a_text() {
    let texts = Texts::embedded().unwrap();
    for refusal in ImageRefusal::ALL {
        let key = format!("error-{}", refusal.refusal().code);
        assert!(texts.has(&key), "{key}");
    }
}

#[test]
fn both_ways_to_boot_are_possible_and_blank_paths_are_left_out() {
    assert_eq!(Image::new(direct(), now()).unwrap().disk, None);
    assert!(Image::new(disk(), now()).is_ok());
}

#[test]
fn each_way_to_boot_needs_its_file() {
    let no_kernel = ImageText { kernel: None, ..direct() };
    let no_disk = ImageText { disk: None, ..disk() };
    assert_eq!(faults(no_kernel), [("images.file_wanted", "kernel".to_owned())]);
    assert_eq!(faults(no_disk), [("images.file_wanted", "disk".to_owned())]);
}

#[test]
fn a_kernel_beside_a_boot_disk_is_refused() {
    let both = ImageText { kernel: direct().kernel, ..disk() };
    assert_eq!(faults(both), [("images.file_unused", "kernel".to_owned())]);
}

#[test]
fn a_path_cannot_lead_elsewhere() {
    for path in ["relative", "/srv/../etc/shadow", "/srv/a\nb"] {
        let text = ImageText { kernel: Some(path.to_owned()), ..direct() };
        assert_eq!(faults(text), [("images.path", "kernel".to_owned())], "{path}");
    }
}

#[test]
fn names_families_and_minimums_are_checked_together() {
    let wrong = ImageText {
        name: String::new(),
        family: "Debian 12".to_owned(),
        command_line: "a\nb".to_owned(),
        minimums: Minimums { memory_mib: -1, disk_gib: i64::MAX },
        ..direct()
    };
    let fields: Vec<String> = faults(wrong).into_iter().map(|(_, field)| field).collect();
    assert_eq!(fields, ["name", "family", "command_line", "minimum_memory_mib", "minimum_disk_gib"]);
}

#[test]
fn an_image_runs_with_its_minimums_and_not_below() {
    let image = Image::new(direct(), now()).unwrap();
    assert!(image.runs_with(64, 1));
    assert!(!image.runs_with(63, 1));
    assert!(!image.runs_with(64, 0));
}

#[test]
fn only_staff_see_where_the_files_are() {
    let image = Image::new(direct(), now()).unwrap();
    assert!(ImageView::new(image.clone(), false).files.is_none());
    assert!(ImageView::new(image, true).files.is_some());
}
