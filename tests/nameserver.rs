//! A name server in memory, which does what it is told and can be away.

use std::collections::BTreeMap;
use std::sync::Mutex;

use hostwright_panel::hosting::model::DomainName;
use hostwright_panel::hosting::ports::{DnsServer, PublishedZone};
use hostwright_panel::platform::Error;
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::worker::BoxFuture;

/// The zones that it serves.
#[derive(Default)]
pub struct NameServer {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    zones: BTreeMap<String, PublishedZone>,
    is_away: bool,
    is_deaf: bool,
}

impl NameServer {
    /// What it serves under this name.
    pub fn zone(&self, name: &str) -> Option<PublishedZone> {
        self.inner.lock().unwrap().zones.get(name).cloned()
    }

    /// Whether it answers at all from now on.
    pub fn set_away(&self, is_away: bool) {
        self.inner.lock().unwrap().is_away = is_away;
    }

    /// Whether it takes what it is told and does nothing, from now on.
    pub fn set_deaf(&self, is_deaf: bool) {
        self.inner.lock().unwrap().is_deaf = is_deaf;
    }

    /// Loses a zone, as a server that was set up anew.
    pub fn lose(&self, name: &str) {
        self.inner.lock().unwrap().zones.remove(name);
    }

    fn with<T>(&self, act: impl FnOnce(&mut Inner) -> T) -> Result<T> {
        let mut inner = self.inner.lock().unwrap();
        if inner.is_away {
            Err(Error::Unavailable("the name server does not answer".to_owned()))
        } else {
            Ok(act(&mut inner))
        }
    }
}

impl DnsServer for NameServer {
    fn publish<'a>(&'a self, zone: &'a PublishedZone, _is_served: bool) -> BoxFuture<'a, Result<()>> {
        Box::pin(std::future::ready(self.with(|inner| {
            if !inner.is_deaf {
                inner.zones.insert(zone.name.to_string(), zone.clone());
            }
        })))
    }

    fn remove<'a>(&'a self, name: &'a DomainName) -> BoxFuture<'a, Result<()>> {
        Box::pin(std::future::ready(self.with(|inner| {
            if !inner.is_deaf {
                inner.zones.remove(name.as_str());
            }
        })))
    }

    fn serial<'a>(&'a self, name: &'a DomainName) -> BoxFuture<'a, Result<Option<u32>>> {
        Box::pin(std::future::ready(self.with(|inner| inner.zones.get(name.as_str()).map(|zone| zone.serial))))
    }
}
