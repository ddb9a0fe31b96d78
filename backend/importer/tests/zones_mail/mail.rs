use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use hostwright_importer::snapshot::{Gap, GapKind};
use hostwright_importer::sources::mailboxes::{FoundFolder, FoundMessage, Survey, Visitor, survey, visit};
use hostwright_importer::{Limits, Refusal};

use super::{files, fixtures};

/// Keeps what came, as a server would that it is appended to.
#[derive(Default)]
struct Appended {
    folders: Vec<String>,
    messages: Vec<(String, Vec<u8>)>,
    keys: BTreeMap<String, u64>,
    gaps: Vec<Gap>,
}

impl Visitor for Appended {
    fn folder(&mut self, folder: &FoundFolder) -> Result<(), Refusal> {
        self.folders.push(folder.imap_name('/'));
        Ok(())
    }

    fn message(&mut self, message: &FoundMessage<'_>) -> Result<(), Refusal> {
        let mut bytes = Vec::new();
        message.open().unwrap().read_to_end(&mut bytes).unwrap();
        assert_eq!(message.size, u64::try_from(bytes.len()).unwrap(), "{}", message.place);
        let bare =
            bytes.iter().enumerate().filter(|(i, byte)| **byte == b'\n' && (*i == 0 || bytes[i - 1] != b'\r')).count();
        assert_eq!(message.wire_size, u64::try_from(bytes.len() + bare).unwrap(), "{}", message.place);
        assert!(message.internal_date.is_some(), "{}", message.place);
        *self.keys.entry(message.key.clone()).or_default() += 1;
        self.messages.push((message.place.to_owned(), bytes));
        Ok(())
    }

    fn gap(&mut self, gap: Gap) -> Result<(), Refusal> {
        self.gaps.push(gap);
        Ok(())
    }
}

fn go(path: &Path) -> (Appended, Survey) {
    let mut appended = Appended::default();
    let visited = visit(path, &Limits::default(), &mut appended).unwrap();
    let (counted, _) = survey(path, &Limits::default()).unwrap();
    assert_eq!((counted.messages, counted.folders), (visited.messages, visited.folders), "{}", path.display());
    (appended, visited)
}

/// Every file is a message, byte for byte.
fn assert_files_are_messages(appended: &Appended, files: &[PathBuf]) {
    let mut came: Vec<_> = appended.messages.clone();
    came.sort();
    let mut lie: Vec<_> = files.iter().map(|path| (path.display().to_string(), std::fs::read(path).unwrap())).collect();
    lie.sort();
    let named = |list: &[(String, Vec<u8>)]| list.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(named(&came), named(&lie));
    assert!(came == lie, "a message is not what lies on disk");
}

fn row(table: &mut Vec<String>, name: &str, appended: &Appended, survey: &Survey) {
    let lost: u64 = appended.gaps.iter().filter(|gap| gap.kind == GapKind::Skipped).map(|gap| gap.count).sum();
    let state = if appended.gaps.is_empty() { "fully" } else { "with gaps" };
    let twice = appended.keys.values().filter(|count| **count > 1).count();
    table.push(format!(
        "{name:<44} {state:<10} {:>7} {:>8} {:>10} {lost:>5} {twice:>6}",
        survey.folders, survey.messages, survey.bytes
    ));
    for gap in &appended.gaps {
        table.push(format!("    {:?} x{}: {}", gap.kind, gap.count, gap.reason));
    }
}

#[test]
fn every_mailbox_is_handed_on_byte_for_byte() {
    let Some(folder) = fixtures("mail") else { return };
    let mut table = vec![format!(
        "{:<44} {:<10} {:>7} {:>8} {:>10} {:>5} {:>6}",
        "mailbox", "read", "folders", "messages", "bytes", "lost", "twice"
    )];
    for name in ["maildir-small", "maildir-tree", "eml", "odd"] {
        let (appended, survey) = go(&folder.join(name));
        assert_files_are_messages(&appended, &files(&folder.join(name)));
        row(&mut table, name, &appended, &survey);
    }
    for path in files(&folder.join("mbox")) {
        let (appended, survey) = go(&path);
        let text = std::fs::read(&path).unwrap();
        // Counted apart: lines that begin as separators do, behind an empty line or at the top.
        let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
        let separators = (0..lines.len())
            .filter(|i| {
                lines[*i].starts_with(b"From ")
                    && (*i == 0
                        || lines[i - 1].is_empty()
                        || lines[*i].ends_with(b"2008")
                        || lines[*i].ends_with(b"2007"))
            })
            .count();
        assert_eq!(appended.messages.len(), separators, "{}", path.display());
        let handed: usize = appended.messages.iter().map(|(_, bytes)| bytes.len()).sum();
        assert!(handed <= text.len() && handed + separators * 120 >= text.len(), "{}", path.display());
        for (_, bytes) in appended.messages {
            assert!(text.windows(bytes.len().max(1)).any(|window| window == bytes) || bytes.is_empty());
        }
        let again = go(&path).0;
        row(&mut table, path.file_name().unwrap().to_str().unwrap(), &again, &survey);
    }
    println!("{}", table.join("\n"));
}
