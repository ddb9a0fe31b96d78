//! A guest that uses addresses which are not its own.

use super::subject::{HOST_V4, HOST_V6, Subject};
use hostwright_node::GuestStep;

#[tokio::test]
async fn forged_addresses_of_either_family_do_not_leave_a_guest() {
    let mut on = Subject::on_qemu().await;
    let [own_v4, own_v6] = [on.addresses[0].address, on.addresses[1].address];
    on.image.cmdline = format!(
        "{} hostwright.forge={own_v4}@10.209.0.250@{HOST_V4},{own_v6}@fd00:209::250@{HOST_V6}",
        on.image.cmdline
    );
    on.build().await;
    on.guest_after(GuestStep::Start).await;
    let seen = on.console_with("forging is over", 1).await;
    for expected in [
        format!("from {own_v4}: answered"),
        "from forged 10.209.0.250: silent".to_owned(),
        format!("from {own_v6}: answered"),
        "from forged fd00:209::250: silent".to_owned(),
        format!("from {own_v4} with a forged hardware address: silent"),
        format!("from {own_v6} with a forged hardware address: silent"),
    ] {
        assert!(seen.contains(&expected), "expected {expected:?} in:\n{seen}");
    }
    on.remove().await;
}

/// Without the filter the same guest gets through: the test above proves the filter, not the network.
#[tokio::test]
async fn without_the_filter_the_same_forgery_would_pass() {
    let mut on = Subject::on_qemu().await;
    let [own_v4, own_v6] = [on.addresses[0].address, on.addresses[1].address];
    on.image.cmdline = format!(
        "{} hostwright.forge={own_v4}@10.209.0.251@{HOST_V4},{own_v6}@fd00:209::251@{HOST_V6}",
        on.image.cmdline
    );
    on.build().await;
    let GuestStep::EnsureDomain { mut spec } = on.domain_step(160) else { unreachable!() };
    spec.filter = None;
    on.guest_after(GuestStep::EnsureDomain { spec }).await;
    on.guest_after(GuestStep::Start).await;
    let seen = on.console_with("forging is over", 1).await;
    assert!(seen.contains("from forged 10.209.0.251: answered"), "{seen}");
    assert!(seen.contains("from forged fd00:209::251: answered"), "{seen}");
    on.remove().await;
}
