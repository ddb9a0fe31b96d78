//! Names of folders between servers that part levels in different ways.
//!
//! Between the two a folder is its levels as people read them; the inbox has none.

use std::collections::BTreeMap;

use hostwright_importer::formats::mail::folder_name;

/// How a server names the folders of a mailbox's owner (RFC 2342 personal namespace).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Naming {
    /// Stands before every folder but the inbox, `INBOX.` for example; as IMAP writes it.
    pub prefix: String,
    /// Between levels; `None` on a server whose folders have none.
    pub separator: Option<char>,
}

impl Naming {
    /// The levels of a name that the server listed.
    pub(crate) fn levels(&self, name: &str) -> Vec<String> {
        let inner = match name.get(..self.prefix.len()) {
            Some(start) if !start.is_empty() && start.eq_ignore_ascii_case(&self.prefix) => {
                name.get(self.prefix.len()..).unwrap_or_default()
            }
            _ => name,
        };
        if inner.eq_ignore_ascii_case("INBOX") && inner.len() == name.len() {
            return Vec::new();
        }
        let read = |level: &str| folder_name::decode(level).unwrap_or_else(|| level.to_owned());
        match self.separator {
            Some(separator) => inner.split(separator).filter(|level| !level.is_empty()).map(read).collect(),
            None => vec![read(inner)],
        }
    }

    /// The name of a folder as this server writes it.
    fn name(&self, levels: &[String]) -> String {
        // Where everything lies below the inbox anyway, what lay below the inbox elsewhere is not one deeper.
        let is_below_inbox = self.prefix.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("INBOX"));
        let levels = match levels {
            [first, rest @ ..] if is_below_inbox && !rest.is_empty() && first.eq_ignore_ascii_case("INBOX") => rest,
            all => all,
        };
        if levels.is_empty() {
            return "INBOX".to_owned();
        }
        let written: Vec<String> = levels.iter().map(|level| self.level(level)).collect();
        let separator = self.separator.unwrap_or('_').to_string();
        format!("{}{}", self.prefix, written.join(&separator))
    }

    /// One level: a separator or a control character inside it becomes `_`, as do names that mean another place.
    fn level(&self, level: &str) -> String {
        let is_barred = |letter: char| letter.is_control() || Some(letter) == self.separator || "*%".contains(letter);
        let kept: String = level.chars().map(|letter| if is_barred(letter) { '_' } else { letter }).collect();
        folder_name::encode(if matches!(kept.trim(), "" | "." | "..") { "_" } else { &kept })
    }
}

/// The names that folders get at the target: never two of them the same.
#[derive(Debug, Default)]
pub(crate) struct Names {
    naming: Naming,
    /// By lower case, because mail servers on some file systems do not tell cases apart.
    given: BTreeMap<String, Vec<String>>,
}

impl Names {
    pub(crate) fn new(naming: Naming) -> Self {
        Self { naming, given: BTreeMap::new() }
    }

    /// The name of a folder, and whether people read it otherwise than at the source.
    pub(crate) fn give(&mut self, levels: &[String]) -> (String, bool) {
        let wanted = self.naming.name(levels);
        let mut name = wanted.clone();
        let mut number = 2u32;
        let is_taken = |name: &str| {
            let is_inbox = name.eq_ignore_ascii_case("INBOX") && !levels.is_empty();
            is_inbox || self.given.get(&name.to_lowercase()).is_some_and(|taken| taken != levels)
        };
        while is_taken(&name) {
            name = format!("{wanted}_{number}");
            number += 1;
        }
        self.given.insert(name.to_lowercase(), levels.to_vec());
        let is_renamed = self.naming.levels(&name) != levels;
        (name, is_renamed)
    }
}

/// As people read it, with `/` between levels.
pub(crate) fn shown(levels: &[String]) -> String {
    if levels.is_empty() { "INBOX".to_owned() } else { levels.join("/") }
}

/// The levels of a name that a person wrote.
pub(crate) fn written(name: &str) -> Vec<String> {
    if name.eq_ignore_ascii_case("INBOX") {
        return Vec::new();
    }
    name.split('/').filter(|level| !level.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naming(prefix: &str, separator: char) -> Naming {
        Naming { prefix: prefix.to_owned(), separator: Some(separator) }
    }

    fn levels(text: &str) -> Vec<String> {
        text.split('|').filter(|level| !level.is_empty()).map(str::to_owned).collect()
    }

    #[test]
    fn a_folder_keeps_its_levels_whatever_stands_between_and_before_them() {
        let courier = naming("INBOX.", '.');
        let dovecot = naming("", '/');
        for (theirs, between, ours) in [
            ("INBOX", "", "INBOX"),
            ("inbox", "", "INBOX"),
            ("INBOX.Sent", "Sent", "Sent"),
            ("INBOX.Entw&APw-rfe.2024", "Entw\u{fc}rfe|2024", "Entw&APw-rfe/2024"),
            ("INBOX.&ZeVnLIqe-", "\u{65e5}\u{672c}\u{8a9e}", "&ZeVnLIqe-"),
            ("INBOX.a&-b", "a&b", "a&-b"),
        ] {
            assert_eq!(courier.levels(theirs), levels(between), "{theirs}");
            let (name, is_renamed) = Names::new(dovecot.clone()).give(&levels(between));
            assert_eq!((name.as_str(), is_renamed), (ours, false), "{theirs}");
        }
        assert_eq!(Names::new(courier).give(&levels("A|B")).0, "INBOX.A.B");
    }

    #[test]
    fn what_lies_below_the_inbox_lies_there_at_the_target() {
        let dovecot = naming("", '/');
        assert_eq!(dovecot.levels("INBOX/Sub"), levels("INBOX|Sub"));
        assert_eq!(Names::new(naming("INBOX.", '.')).give(&levels("INBOX|Sub")).0, "INBOX.Sub");
        assert_eq!(Names::new(naming("", '.')).give(&levels("INBOX|Sub")).0, "INBOX.Sub");
    }

    #[test]
    fn two_folders_never_become_one() {
        let mut names = Names::new(naming("", '.'));
        assert_eq!(names.give(&levels("a.b")), ("a_b".to_owned(), true));
        assert_eq!(names.give(&levels("a_b")), ("a_b_2".to_owned(), true));
        assert_eq!(names.give(&levels("A_B")), ("A_B_3".to_owned(), true));
        // A folder of the inbox's name is not the inbox.
        assert_eq!(names.give(&levels("Inbox")).0, "Inbox_2");
        // Asked again for the same, it says the same.
        assert_eq!(names.give(&levels("a.b")), ("a_b".to_owned(), true));
    }

    #[test]
    fn a_name_cannot_leave_its_place() {
        let mut names = Names::new(naming("", '/'));
        assert_eq!(names.give(&levels("..|x")).0, "_/x");
        assert_eq!(names.give(&levels("a\r\nb")).0, "a__b");
        assert_eq!(names.give(&levels("a*")).0, "a_");
    }

    #[test]
    fn a_server_without_levels_gets_one_level() {
        let flat = Naming { prefix: String::new(), separator: None };
        assert_eq!(flat.levels("a/b"), ["a/b"]);
        assert_eq!(Names::new(flat).give(&levels("a|b")), ("a_b".to_owned(), true));
    }
}
