//! Packages made for a test.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hostwright_importer::Limits;
use hostwright_importer::agents::{Bounds, Manifest, Package};
use tempfile::TempDir;

/// A package, and a folder that stands for the home folder of the source.
pub struct Stand {
    folder: TempDir,
    pub package: Package,
}

impl Stand {
    /// The sample agent as it is in the project.
    pub fn sample() -> Self {
        Self::of(|from| copy(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/agents/sample")), from))
    }

    /// The sample agent, so slow that it can be met at work.
    pub fn slow_sample() -> Self {
        Self::of(|from| {
            copy(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/agents/sample")), from);
            fs::rename(from.join("agent"), from.join("inner")).unwrap();
            program(&from.join("agent"), "#!/bin/sh\nsleep 1\nexec ./inner \"$@\"\n");
        })
    }

    /// An agent that is one shell script.
    pub fn script(text: &str) -> Self {
        Self::of(|from| program(&from.join("agent"), &format!("#!/bin/sh\n{PARSE}\n{text}\n")))
    }

    fn of(fill: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["from", "package", "home", "into"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        fill(&folder.path().join("from"));
        let package = folder.path().join("package");
        Package::build(&folder.path().join("from"), &Manifest::new("Test", "1.0.0"), &package).unwrap();
        let package = Package::open(&package, &Limits::default()).unwrap();
        Self { folder, package }
    }

    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    pub fn target(&self, name: &str) -> PathBuf {
        self.folder.path().join("into").join(name)
    }

    /// What lies in the home folder, hidden files too.
    pub fn left(&self) -> Vec<String> {
        let entries = fs::read_dir(self.home()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

/// Bounds that a test can wait for.
pub fn small() -> Bounds {
    Bounds { time: Duration::from_secs(120), disk_bytes: 8 << 20, file_bytes: 4 << 20, limits: Limits::default() }
}

/// Begins every script of a test: takes the arguments apart.
const PARSE: &str = "for a in \"$@\"; do case $a in --file=*) file=${a#*=};; --extract=*) extract=${a#*=};; esac; done";

fn program(file: &Path, text: &str) {
    fs::write(file, text).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}
