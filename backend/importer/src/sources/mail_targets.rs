//! Where mail of an address goes, in the words of Exim and of the panels on top of it:
//! addresses, `:fail:`, `:blackhole:`, pipes to programs.

use crate::snapshot::{MailRule, MailRuleKind};

/// One target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// An address, or a name of the same server.
    Address(String),
    /// `:fail: text`.
    Fail(String),
    /// `:blackhole:`, `/dev/null`.
    Blackhole,
    /// `|command`.
    Pipe(String),
    /// A file or folder.
    File(String),
}

/// The targets of a line, separated by commas outside quotes; `\,` is a comma.
#[must_use]
pub fn targets(text: &str) -> Vec<Target> {
    let text = text.trim();
    // What follows these words is a text and not a list.
    if let Some(reason) = strip_word(text, ":fail:") {
        return vec![Target::Fail(reason.to_owned())];
    }
    let mut found = Vec::new();
    let (mut current, mut is_quoted) = (String::new(), false);
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => is_quoted = !is_quoted,
            '\\' => current.extend(letters.next()),
            ',' if !is_quoted => found.push(std::mem::take(&mut current)),
            _ => current.push(letter),
        }
    }
    found.push(current);
    found.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).map(target).collect()
}

fn target(text: &str) -> Target {
    if let Some(command) = text.strip_prefix('|') {
        Target::Pipe(command.trim().to_owned())
    } else if let Some(reason) = strip_word(text, ":fail:") {
        Target::Fail(reason.to_owned())
    } else if strip_word(text, ":blackhole:").is_some() || text == "/dev/null" {
        Target::Blackhole
    } else if text.starts_with('/') {
        Target::File(text.to_owned())
    } else {
        Target::Address(text.to_lowercase())
    }
}

fn strip_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (first, rest) = text.split_at_checked(word.len())?;
    first.eq_ignore_ascii_case(word).then(|| rest.trim())
}

/// The rules of one address: one for the addresses, one for each other target.
#[must_use]
pub fn rules(address: &str, targets: &[Target], domain: &str) -> Vec<MailRule> {
    let is_catch_all = address.starts_with("*@");
    let rule = |kind: MailRuleKind| MailRule { address: address.to_owned(), kind, ..MailRule::default() };
    let addresses: Vec<String> = targets
        .iter()
        .filter_map(|target| if let Target::Address(one) = target { Some(one.clone()) } else { None })
        .collect();
    let mut rules = Vec::new();
    if !addresses.is_empty() {
        let ends_here = |target: &String| !target.contains('@') || target.ends_with(&format!("@{domain}"));
        let kind = match () {
            () if is_catch_all => MailRuleKind::CatchAll,
            () if addresses.iter().all(ends_here) => MailRuleKind::Alias,
            () => MailRuleKind::Forward,
        };
        let keeps_copy = addresses.iter().any(|target| target == address);
        let targets: Vec<String> = addresses.into_iter().filter(|target| target != address).collect();
        if !targets.is_empty() {
            rules.push(MailRule { targets, keeps_copy, ..rule(kind) });
        }
    }
    for target in targets {
        match target {
            Target::Address(_) => {}
            Target::Fail(reason) => {
                rules.push(MailRule {
                    text: Some(reason.clone()).filter(|text| !text.is_empty()),
                    ..rule(MailRuleKind::Reject)
                });
            }
            Target::Blackhole => rules.push(rule(MailRuleKind::Discard)),
            Target::Pipe(command) if is_program(command, "autorespond") => {
                rules.push(MailRule { keeps_copy: true, ..rule(MailRuleKind::Autoresponder) });
            }
            Target::Pipe(command) if is_program(command, "mailman") => rules.push(rule(MailRuleKind::List)),
            Target::Pipe(command) => {
                rules.push(MailRule { targets: vec![command.clone()], ..rule(MailRuleKind::Pipe) })
            }
            Target::File(path) => rules.push(MailRule { targets: vec![path.clone()], ..rule(MailRuleKind::Pipe) }),
        }
    }
    rules
}

/// The first word of a command is this program, in whatever folder.
fn is_program(command: &str, name: &str) -> bool {
    let program = command.split_whitespace().next().unwrap_or_default();
    program.rsplit('/').next() == Some(name)
}

/// Subject and body of the text of an answer: headers, an empty line, the body.
#[must_use]
pub fn answer(text: &str) -> (Option<String>, String) {
    let text = text.replace("\r\n", "\n");
    let Some((head, body)) = text.split_once("\n\n") else { return (None, text) };
    let is_header = |line: &str| {
        line.starts_with([' ', '\t'])
            || line.split_once(':').is_some_and(|(name, _)| {
                !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            })
    };
    if !head.lines().all(is_header) {
        return (None, text);
    }
    let subject = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("subject").then(|| value.trim().to_owned())
    });
    (subject, body.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn targets_are_told_apart() {
        assert_eq!(
            targets("A@b.example, \"|/usr/local/cpanel/bin/autorespond a@b /home/u/.autorespond\",bob\\,x@c"),
            [
                Target::Address("a@b.example".into()),
                Target::Pipe("/usr/local/cpanel/bin/autorespond a@b /home/u/.autorespond".into()),
                Target::Address("bob,x@c".into()),
            ]
        );
        assert_eq!(targets(" :fail: No Such User, here"), [Target::Fail("No Such User, here".into())]);
        assert_eq!(targets(":blackhole:"), [Target::Blackhole]);
        assert_eq!(targets("/dev/null"), [Target::Blackhole]);
    }

    #[test]
    fn one_address_may_have_several_rules() {
        let kinds = |address: &str, text: &str| -> Vec<(MailRuleKind, bool)> {
            rules(address, &targets(text), "d.example").iter().map(|rule| (rule.kind, rule.keeps_copy)).collect()
        };
        assert_eq!(kinds("a@d.example", "b@d.example"), [(MailRuleKind::Alias, false)]);
        assert_eq!(kinds("a@d.example", "b@e.example,a@d.example"), [(MailRuleKind::Forward, true)]);
        assert_eq!(kinds("*@d.example", "bob"), [(MailRuleKind::CatchAll, false)]);
        assert_eq!(kinds("*@d.example", ":fail: no"), [(MailRuleKind::Reject, false)]);
        assert_eq!(
            kinds("a@d.example", "x@y.example, |/usr/bin/php f.php, |/x/autorespond a b"),
            [(MailRuleKind::Forward, false), (MailRuleKind::Pipe, false), (MailRuleKind::Autoresponder, true)]
        );
        // Delivery to itself alone is no rule.
        assert_eq!(kinds("a@d.example", "a@d.example"), []);
    }

    #[test]
    fn an_answer_has_headers_only_where_all_lines_are_headers() {
        assert_eq!(answer("From: x\nSubject: Away\n\nBack soon\n"), (Some("Away".into()), "Back soon\n".into()));
        assert_eq!(answer("Dear all,\n\nBack soon").0, None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(?s).{0,60}") {
            let _ = (rules("a@b", &targets(&text), "b"), answer(&text));
        }

        #[test]
        fn addresses_read_back(list in proptest::collection::vec("[a-z]{1,6}@[a-z]{1,6}\\.example", 1..6)) {
            let read = targets(&list.join(","));
            prop_assert_eq!(read, list.into_iter().map(Target::Address).collect::<Vec<_>>());
        }
    }
}
