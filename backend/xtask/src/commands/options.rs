//! Splits the words after a command into options and arguments.

use std::collections::BTreeMap;

use anyhow::bail;

/// The words after a command.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    flags: Vec<String>,
    values: BTreeMap<String, String>,
    /// Words that belong to no option.
    pub arguments: Vec<String>,
}

impl Options {
    /// Reads `words`; `flags` stand alone, `valued` take the next word or one after `=`.
    ///
    /// # Errors
    /// Names an option that is unknown, or lacks its value, or has one it does not take.
    pub fn read(command: &str, words: &[&str], flags: &[&str], valued: &[&str]) -> anyhow::Result<Self> {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if !word.starts_with('-') {
                options.arguments.push((*word).to_owned());
                continue;
            }
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (*word, None),
            };
            if flags.contains(&name) {
                if value.is_some() {
                    bail!("option `{name}` of `{command}` takes no value");
                }
                options.flags.push(name.to_owned());
            } else if valued.contains(&name) {
                let Some(value) = value.or_else(|| words.next().copied()) else {
                    bail!("option `{name}` of `{command}` needs a value");
                };
                options.values.insert(name.to_owned(), value.to_owned());
            } else {
                let known: Vec<&str> = flags.iter().chain(valued).copied().collect();
                bail!("unknown option `{name}` of `{command}`; it knows {}", known.join(", "));
            }
        }
        Ok(options)
    }

    /// Whether the flag was given.
    #[must_use]
    pub fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|given| given == flag)
    }

    /// Value of an option.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Fails where a command takes fewer arguments than were given.
    ///
    /// # Errors
    /// Names the first one too many.
    pub fn at_most(&self, command: &str, count: usize) -> anyhow::Result<()> {
        match self.arguments.get(count) {
            Some(extra) => bail!("`{command}` has no use for `{extra}`"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> anyhow::Result<Options> {
        Options::read("test", words, &["--yes"], &["--only"])
    }

    #[test]
    fn options_and_arguments_may_be_mixed() {
        let options = read(&["renewal", "--only", "slices", "--yes"]).unwrap();
        assert_eq!(options.arguments, ["renewal"]);
        assert_eq!(options.value("--only"), Some("slices"));
        assert!(options.has("--yes"));
        assert_eq!(read(&["--only=unit"]).unwrap().value("--only"), Some("unit"));
    }

    #[test]
    fn a_wrong_option_is_named() {
        for (words, said) in [
            (vec!["--ony", "x"], "unknown option `--ony` of `test`"),
            (vec!["--only"], "`--only` of `test` needs a value"),
            (vec!["--yes=no"], "`--yes` of `test` takes no value"),
        ] {
            let error = read(&words).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        let error = read(&["a", "b"]).unwrap().at_most("test", 1).unwrap_err();
        assert!(error.to_string().contains("`b`"));
    }
}
