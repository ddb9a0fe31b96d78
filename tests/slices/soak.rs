//! Half a minute of what `cargo xtask soak` does for twenty.

use hostwright_tests::World;
use hostwright_tests::soak::{Wishes, soak};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panel_under_mixed_traffic_stays_whole_while_nodes_come_and_go() {
    let report = soak(World::sqlite(), Wishes { seconds: 20, seed: 7, hands: 4, orders: 20 }).await;
    assert_eq!(report.failures, Vec::<String>::new());
    assert_eq!(report.breaks, Vec::<String>::new());
    assert_eq!(report.ownerless, Vec::<String>::new());
    assert_eq!(report.attention, Vec::<String>::new());
    assert!(report.requests > 0 && report.outages > 0, "{} {}", report.requests, report.outages);
    assert!(report.rows["invoices"] > 0 && report.rows["orders"] > 0, "{:?}", report.rows);
}
