//! The argument of a QEMU option: `first,name=value,flag`, where `,,` is a comma.

use super::super::guests::leftovers::Leftovers;

/// Names and values in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Options {
    options: Vec<(String, String)>,
}

impl Options {
    /// Parses an argument; a first word without a name gets `implied`.
    pub(super) fn of(argument: &str, implied: &str) -> Self {
        let mut options = Vec::new();
        for (index, item) in items(argument).into_iter().enumerate() {
            let is_named = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
            match item.split_once('=') {
                Some((name, value)) if is_named(name) => options.push((name.to_owned(), value.to_owned())),
                _ if index == 0 => options.push((implied.to_owned(), item)),
                // A word alone switches something on.
                _ => options.push((item, "on".to_owned())),
            }
        }
        Self { options }
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        let at = self.options.iter().position(|(known, _)| known == name)?;
        Some(self.options.remove(at).1)
    }

    /// Keeps what was not taken as text.
    pub(super) fn keep(self, prefix: &str, left: &mut Leftovers) {
        for (name, value) in self.options {
            left.keep(&format!("{prefix}/{name}"), &value);
        }
    }
}

fn items(argument: &str) -> Vec<String> {
    let mut items = vec![String::new()];
    let mut characters = argument.chars().peekable();
    while let Some(c) = characters.next() {
        if c == ',' && characters.next_if_eq(&',').is_none() {
            items.push(String::new());
        } else if let Some(item) = items.last_mut() {
            item.push(c);
        }
    }
    items.retain(|item| !item.is_empty());
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_are_doubled_and_words_alone_are_flags() {
        let options = Options::of("file=/a,,b,if=virtio,readonly", "file");
        assert_eq!(
            (options.get("file"), options.get("if"), options.get("readonly")),
            (Some("/a,b"), Some("virtio"), Some("on"))
        );
        assert_eq!(Options::of("pc,accel=tcg", "type").get("type"), Some("pc"));
    }
}
