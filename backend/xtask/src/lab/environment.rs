//! How `cargo xtask test` tells the tests where its shared servers are.

use std::path::PathBuf;

/// Administrator URL of the shared PostgreSQL server.
pub const POSTGRES: &str = "HOSTWRIGHT_TEST_POSTGRES";
/// libvirt connection URI of the shared node with real guests.
pub const LIBVIRT_URI: &str = "HOSTWRIGHT_TEST_LIBVIRT_URI";
/// URL of the shared chromedriver.
pub const WEBDRIVER: &str = "HOSTWRIGHT_TEST_WEBDRIVER";
/// Folder that holds the guest images.
pub const IMAGES: &str = "HOSTWRIGHT_TEST_IMAGES";
/// Path of the built `hostwright` program.
pub const BINARY: &str = "HOSTWRIGHT_TEST_BIN";

/// First seed of tests that leave something to chance.
pub const SEED: &str = "HOSTWRIGHT_TEST_SEED";
/// How many seeds such a test takes, one after the other.
pub const ROUNDS: &str = "HOSTWRIGHT_TEST_ROUNDS";
/// Set where every crash point is to be walked, however long it takes.
pub const EVERY_POINT: &str = "HOSTWRIGHT_TEST_EVERY_POINT";

/// The environment variable `name`, unless it is unset, empty or not text.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the laboratory has no configuration but its environment; this is the one place that reads it"
)]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Folder of the guest images, if the test command made one.
#[must_use]
pub fn images() -> Option<PathBuf> {
    variable(IMAGES).map(PathBuf::from)
}

/// The built `hostwright` program, if the test command built one.
#[must_use]
pub fn binary() -> Option<PathBuf> {
    variable(BINARY).map(PathBuf::from)
}

/// Seeds for tests that leave something to chance: one that is always the same, unless the run
/// names others.
#[must_use]
pub fn seeds() -> std::ops::Range<u64> {
    let number = |name| variable(name).and_then(|text| text.parse().ok()).unwrap_or(1_u64);
    let first = number(SEED);
    first..first.saturating_add(number(ROUNDS))
}

/// libvirt connection URI of the shared node, if there is one.
#[must_use]
pub fn libvirt_uri() -> Option<String> {
    variable(LIBVIRT_URI)
}
