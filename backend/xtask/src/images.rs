//! The operating system images of the demo and the tests, built from Debian packages.
//!
//! Both are kept in the folder given and built once per recipe: the recipe's digest is part of the
//! version, so a changed script or a newer kernel makes a new image beside the old one.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// System packages that [`tiny`] needs.
pub const TINY_PACKAGES: &[&str] = &["kmod", "cpio", "e2fsprogs", "qemu-utils"];
/// System packages that [`debian`] needs beside those.
pub const DEBIAN_PACKAGES: &[&str] = &["debootstrap"];

/// The line that either image prints on its console begins so.
pub const GREETING: &str = "HOSTWRIGHT guest";

/// An image that boots with its own kernel.
#[derive(Clone, Debug)]
pub struct GuestImage {
    /// Name for the catalogue of images.
    pub name: String,
    /// Version; the same content always has the same one.
    pub version: String,
    /// The kernel.
    pub kernel: PathBuf,
    /// The initial memory disk.
    pub initrd: PathBuf,
    /// The disk, in QEMU's format.
    pub disk: PathBuf,
    /// The kernel's command line.
    pub cmdline: String,
}

/// A guest of a few megabytes that boots in seconds under emulation.
///
/// Its kernel's command line may carry `hostwright.shell` for a root shell on the console,
/// `hostwright.tick` for a line every second, and `hostwright.forge=OWN@FORGED@TARGET,...` to try
/// addresses that are not its own.
pub type TinyImage = GuestImage;
/// A Debian 12 with systemd and sshd.
pub type DebianImage = GuestImage;

const TINY_RECIPE: &[(&str, &str)] = &[
    ("build.sh", include_str!("images/tiny-build.sh")),
    ("init.sh", include_str!("images/tiny-init.sh")),
    ("down.sh", include_str!("images/tiny-down.sh")),
    ("pivot-init.sh", include_str!("images/pivot-init.sh")),
];

const DEBIAN_RECIPE: &[(&str, &str)] = &[
    ("build.sh", include_str!("images/debian-build.sh")),
    ("seed.sh", include_str!("images/debian-seed.sh")),
    ("greet.sh", include_str!("images/debian-greet.sh")),
    ("seed.service", include_str!("images/debian-seed.service")),
    ("greet.service", include_str!("images/debian-greet.service")),
];

/// Builds the tiny guest, or finds it in the folder.
///
/// # Errors
/// If a package cannot be fetched or a tool fails.
pub fn tiny(folder: &Path) -> Result<TinyImage> {
    let (version, made) = tiny_folder(folder)?;
    Ok(GuestImage {
        name: "tiny".to_owned(),
        version,
        kernel: made.join("vmlinuz"),
        initrd: made.join("initrd.img"),
        disk: made.join("disk.qcow2"),
        cmdline: "console=ttyS0 quiet net.ifnames=0 panic=5".to_owned(),
    })
}

/// Builds the Debian guest, or finds it in the folder. Takes a minute or two the first time.
///
/// # Errors
/// If a package cannot be fetched or a tool fails.
pub fn debian(folder: &Path) -> Result<DebianImage> {
    let (tiny_version, tiny) = tiny_folder(folder)?;
    let version = digest(DEBIAN_RECIPE, &tiny_version);
    let made = once(folder, &format!("debian-{version}"), DEBIAN_RECIPE, |script, out| {
        run(Command::new("sh").arg(script).arg(&tiny).arg(out))
    })?;
    Ok(GuestImage {
        name: "debian-12".to_owned(),
        version,
        kernel: made.join("vmlinuz"),
        initrd: made.join("initrd.img"),
        disk: made.join("disk.qcow2"),
        cmdline: "console=ttyS0 quiet net.ifnames=0 root=/dev/vda rw".to_owned(),
    })
}

fn tiny_folder(folder: &Path) -> Result<(String, PathBuf)> {
    let version = digest(TINY_RECIPE, &packages_on_offer()?);
    let made = once(folder, &format!("tiny-{version}"), TINY_RECIPE, |script, out| {
        run(Command::new("sh").arg(script).arg(out))
    })?;
    Ok((version, made))
}

/// Which kernel and busybox the distribution offers now.
fn packages_on_offer() -> Result<String> {
    let ask = || -> Result<String> {
        let answer = Command::new("apt-cache")
            .args(["policy", "linux-image-cloud-amd64", "busybox-static"])
            .env("LC_ALL", "C")
            .output()
            .context("asking apt-cache")?;
        Ok(String::from_utf8_lossy(&answer.stdout)
            .lines()
            .filter(|line| line.trim_start().starts_with("Candidate:") && !line.contains("(none)"))
            .map(str::trim)
            .collect::<Vec<_>>()
            .join(" "))
    };
    let mut offered = ask()?;
    if offered.matches("Candidate:").count() < 2 {
        run(Command::new("apt-get").args(["-qq", "update"]))?;
        offered = ask()?;
    }
    if offered.matches("Candidate:").count() < 2 {
        bail!("the package lists offer no linux-image-cloud-amd64 or no busybox-static");
    }
    Ok(offered)
}

/// Builds into a folder beside and renames it over, so that a half-built image is never used.
fn once(
    folder: &Path,
    name: &str,
    recipe: &[(&str, &str)],
    build: impl FnOnce(&Path, &Path) -> Result<()>,
) -> Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    let folder = folder.canonicalize()?;
    let made = folder.join(name);
    let lock = File::create(folder.join(format!("{name}.lock")))?;
    lock.lock()?;
    if made.is_dir() {
        return Ok(made);
    }
    let work = folder.join(format!("{name}.work"));
    let out = folder.join(format!("{name}.new"));
    for fresh in [&work, &out] {
        if fresh.exists() {
            fs::remove_dir_all(fresh)?;
        }
        fs::create_dir_all(fresh)?;
    }
    for (file, text) in recipe {
        fs::write(work.join(file), text)?;
    }
    build(&work.join("build.sh"), &out).with_context(|| format!("building the image {name}"))?;
    fs::rename(&out, &made)?;
    fs::remove_dir_all(&work)?;
    Ok(made)
}

fn run(command: &mut Command) -> Result<()> {
    let done = command.output().with_context(|| format!("running {:?}", command.get_program()))?;
    if done.status.success() {
        return Ok(());
    }
    bail!(
        "{:?} ended with {}: {}{}",
        command.get_program(),
        done.status,
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    )
}

/// Twelve hexadecimal digits that change with the recipe and with what it is made from.
fn digest(recipe: &[(&str, &str)], made_from: &str) -> String {
    let bytes = recipe.iter().flat_map(|(file, text)| file.bytes().chain(text.bytes())).chain(made_from.bytes());
    let digest = bytes
        .fold(0xcbf2_9ce4_8422_2325_u64, |digest, byte| (digest ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{:012x}", digest >> 16)
}
