//! The sources by their names, and the one way to read any of them.

use std::fmt;
use std::str::FromStr;

use super::{
    Input, cpanel, csv, directadmin, dtc, fossbilling, hestia, libvirt, mailboxes, openvz, proxmox, qemu, solusvm,
    virtualizor, whmcs, xen, zones,
};
use crate::{Refusal, Sink, document};

/// No source has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no source that can be read; there are {1}")]
pub struct UnknownSource(String, String);

/// Declares the sources with their names, readers and what a provider hands over.
macro_rules! sources {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $read:path;)+) => {
        /// A source system that needs no agent.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum SourceKind { $($(#[$doc])* $variant,)+ }

        impl SourceKind {
            /// Every source.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its name on the command line, in reports and in documents.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Reads what a provider handed over.
            ///
            /// # Errors
            /// A [`Refusal`] of the input as a whole; what was delivered before it stays delivered.
            pub fn read(self, input: &Input, sink: &mut dyn Sink) -> Result<(), Refusal> {
                match self { $(Self::$variant => $read(input, sink),)+ }
            }
        }
    };
}

sources! {
    /// Our own documents, of an export or an agent.
    Snapshot = "hostwright", document::read;
    /// WHMCS: a database dump, or answers of its API.
    Whmcs = "whmcs", whmcs::read;
    /// FOSSBilling or BoxBilling: a database dump.
    Fossbilling = "fossbilling", fossbilling::read;
    /// GPLHost DTC: a database dump.
    Dtc = "dtc", dtc::read;
    /// cPanel: account archives, or answers of its API.
    Cpanel = "cpanel", cpanel::read;
    /// DirectAdmin: backups of users.
    Directadmin = "directadmin", directadmin::read;
    /// HestiaCP or VestaCP: backups of users.
    Hestia = "hestia", hestia::read;
    /// Proxmox VE: configuration files, or answers of its API.
    Proxmox = "proxmox", proxmox::read;
    /// SolusVM 1: answers of its API.
    Solusvm = "solusvm", solusvm::read;
    /// Virtualizor: a database dump.
    Virtualizor = "virtualizor", virtualizor::read;
    /// libvirt: domain documents.
    Libvirt = "libvirt", libvirt::read;
    /// Xen: `xm` and `xl` configurations, S-expressions, JSON.
    Xen = "xen", xen::read;
    /// QEMU: command lines.
    Qemu = "qemu", qemu::read;
    /// OpenVZ: configurations of containers.
    Openvz = "openvz", openvz::read;
    /// DNS: master files.
    Zones = "zones", zones::read;
    /// Mailboxes: Maildir trees, mbox files, single messages.
    Mailboxes = "mailboxes", mailboxes::read;
    /// CSV with a mapping.
    Csv = "csv", csv::read;
}

impl fmt::Display for SourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SourceKind {
    type Err = UnknownSource;

    fn from_str(name: &str) -> Result<Self, UnknownSource> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|kind| kind.as_str()).collect();
            UnknownSource(name.chars().take(40).collect(), names.join(", "))
        })
    }
}
