//! A shell that outlives us by two seconds and ends the process groups we leave behind.
//!
//! The death signal of [`super::process::Guarded`] reaches a server, but not what the server
//! started: a Chromium goes on when its chromedriver is killed. The keeper notices our end by the
//! end of its input, which the kernel brings about however we end.

use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

const SCRIPT: &str = r#"
trap '' INT TERM HUP
groups=
while read -r word group; do
    case $word in
        keep) groups="$groups $group" ;;
        drop)
            rest=
            for other in $groups; do
                [ "$other" = "$group" ] || rest="$rest $other"
            done
            groups=$rest ;;
    esac
done
[ -n "$groups" ] || exit 0
for group in $groups; do
    kill -s TERM -- "-$group"
done
sleep 2
for group in $groups; do
    kill -s KILL -- "-$group"
done
"#;

/// End this group when we end.
pub(crate) fn keep(group: u32) {
    tell(&format!("keep {group}\n"));
}

/// The group has ended; its number may be somebody else's from now on.
pub(crate) fn drop(group: u32) {
    tell(&format!("drop {group}\n"));
}

fn tell(line: &str) {
    static INPUT: OnceLock<Option<Mutex<ChildStdin>>> = OnceLock::new();
    let input = INPUT.get_or_init(|| {
        let keeper = Command::new("sh")
            .args(["-c", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        // Without it a killed run may leave a browser behind, which is no reason not to run.
        keeper.ok()?.stdin.map(Mutex::new)
    });
    if let Some(input) = input {
        let mut input = input.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = input.write_all(line.as_bytes());
    }
}
