//! Images and what they need.

use hostwright_kernel::{Instant, id_type, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::ImageRefusal;
use crate::platform::Refusal;

id_type!(
    /// Identifies an image.
    ImageId, "img"
);

text_enum! {
    /// How an image boots.
    pub enum Boot {
        /// A kernel and an initial RAM disk are given to the guest directly.
        Direct = "direct",
        /// From a copy of its disk.
        Disk = "disk",
    }
}

text_enum! {
    /// Whether an image is offered.
    pub enum ImageState {
        /// Given to new servers.
        Active = "active",
        /// No longer given to new servers.
        Retired = "retired",
    }
}

/// The least that an image runs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Minimums {
    /// Memory in MiB.
    pub memory_mib: i64,
    /// Disk in GiB.
    pub disk_gib: i64,
}

/// An operating system to put on a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Its id.
    pub id: ImageId,
    /// Shown to customers, unique.
    pub name: String,
    /// Which system, such as `debian`; decides how a guest is set up.
    pub family: String,
    /// How it boots.
    pub boot: Boot,
    /// Path of the kernel on the node.
    pub kernel: Option<String>,
    /// Path of the initial RAM disk on the node.
    pub initrd: Option<String>,
    /// Path of the disk to copy, on the node.
    pub disk: Option<String>,
    /// The kernel's command line.
    pub command_line: String,
    /// The least that it runs with.
    pub minimums: Minimums,
    /// Whether it is offered.
    pub state: ImageState,
    /// When it was registered.
    pub created_at: Instant,
    /// Counts changes.
    pub version: i64,
}

/// What a person says about an image.
#[derive(Debug, Clone)]
pub struct ImageText {
    /// 1 to 80 characters.
    pub name: String,
    /// 1 to 40 of a-z, 0-9 and '-'.
    pub family: String,
    /// How it boots.
    pub boot: Boot,
    /// Absolute path.
    pub kernel: Option<String>,
    /// Absolute path.
    pub initrd: Option<String>,
    /// Absolute path.
    pub disk: Option<String>,
    /// Up to 1,000 characters.
    pub command_line: String,
    /// The least that it runs with.
    pub minimums: Minimums,
}

impl Image {
    /// A new image, offered at once. Empty paths count as left out.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn new(text: ImageText, now: Instant) -> Result<Self, Vec<Refusal>> {
        let image = Self {
            id: ImageId::new(),
            name: text.name.trim().to_owned(),
            family: text.family.trim().to_owned(),
            boot: text.boot,
            kernel: given(text.kernel),
            initrd: given(text.initrd),
            disk: given(text.disk),
            command_line: text.command_line.trim().to_owned(),
            minimums: text.minimums,
            state: ImageState::Active,
            created_at: now,
            version: 1,
        };
        let faults = image.faults();
        if faults.is_empty() { Ok(image) } else { Err(faults) }
    }

    /// What stands for the unknown origin of a guest that somebody else made. Nothing is ever
    /// made from it.
    #[must_use]
    pub fn as_found(name: &str, now: Instant) -> Self {
        Self {
            id: ImageId::new(),
            name: name.to_owned(),
            family: "unknown".to_owned(),
            boot: Boot::Disk,
            kernel: None,
            initrd: None,
            disk: None,
            command_line: String::new(),
            minimums: Minimums { memory_mib: 0, disk_gib: 0 },
            state: ImageState::Retired,
            created_at: now,
            version: 1,
        }
    }

    /// Whether it runs with this much memory (MiB) and disk (GiB).
    #[must_use]
    pub fn runs_with(&self, memory_mib: i64, disk_gib: i64) -> bool {
        memory_mib >= self.minimums.memory_mib && disk_gib >= self.minimums.disk_gib
    }

    fn faults(&self) -> Vec<Refusal> {
        let mut faults: Vec<Refusal> = Vec::new();
        if self.name.is_empty() || self.name.chars().count() > 80 || self.name.chars().any(char::is_control) {
            faults.push(ImageRefusal::Name.into());
        }
        let family_char = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.family.is_empty() || self.family.len() > 40 || !self.family.chars().all(family_char) {
            faults.push(ImageRefusal::Family.into());
        }
        let files = [("kernel", &self.kernel), ("initrd", &self.initrd), ("disk", &self.disk)];
        for (field, path) in files {
            let wanted = matches!((self.boot, field), (Boot::Direct, "kernel") | (Boot::Disk, "disk"));
            let unused = matches!((self.boot, field), (Boot::Disk, "kernel" | "initrd"));
            let fault = match path {
                None if wanted => Some(ImageRefusal::FileWanted),
                Some(_) if unused => Some(ImageRefusal::FileUnused),
                Some(path) if !is_plain(path) => Some(ImageRefusal::Path),
                None | Some(_) => None,
            };
            faults.extend(fault.map(|fault| fault.with("boot", self.boot).field(field)));
        }
        if self.command_line.chars().count() > 1_000 || self.command_line.chars().any(char::is_control) {
            faults.push(ImageRefusal::CommandLine.into());
        }
        let minimums = [
            ("minimum_memory_mib", self.minimums.memory_mib, 4_194_304),
            ("minimum_disk_gib", self.minimums.disk_gib, 1_048_576),
        ];
        for (field, value, most) in minimums {
            if !(0..=most).contains(&value) {
                faults.push(ImageRefusal::Minimum.with("most", most).field(field));
            }
        }
        faults
    }
}

/// Whether a path is absolute, has no way back up, and nothing that a
/// description of a guest could stumble over.
fn is_plain(path: &str) -> bool {
    path.starts_with('/')
        && path.len() <= 400
        && !path.chars().any(char::is_control)
        && !path.split('/').any(|part| part == "..")
}

fn given(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// An image as shown to everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImageView {
    /// Its id.
    pub id: ImageId,
    /// Its name.
    pub name: String,
    /// Which system.
    pub family: String,
    /// The least that it runs with.
    pub minimums: Minimums,
    /// Whether it is offered.
    pub state: ImageState,
    /// How it boots, where and with what: for staff only.
    pub files: Option<ImageFiles>,
    /// When it was registered.
    pub created_at: Instant,
}

/// How an image boots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImageFiles {
    /// How it boots.
    pub boot: Boot,
    /// Path of the kernel on the node.
    pub kernel: Option<String>,
    /// Path of the initial RAM disk on the node.
    pub initrd: Option<String>,
    /// Path of the disk to copy, on the node.
    pub disk: Option<String>,
    /// The kernel's command line.
    pub command_line: String,
}

impl ImageView {
    /// An image as shown; its files only to staff.
    #[must_use]
    pub fn new(image: Image, for_staff: bool) -> Self {
        Self {
            id: image.id,
            name: image.name,
            family: image.family,
            minimums: image.minimums,
            state: image.state,
            files: for_staff.then_some(ImageFiles {
                boot: image.boot,
                kernel: image.kernel,
                initrd: image.initrd,
                disk: image.disk,
                command_line: image.command_line,
            }),
            created_at: image.created_at,
        }
    }
}
