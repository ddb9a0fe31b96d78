//! What a response says. imap-proto parses those that are asked for; the others are not looked into.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use imap_proto::rfc2087::QuotaResourceName;
use imap_proto::rfc4315::UidSetMember;
use imap_proto::{AttributeValue, MailboxDatum, NameAttribute, Response, ResponseCode};

use super::frame::{Broken, Frame};
use crate::fault::clipped;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// `OK`.
    Ok,
    /// `NO`: understood, and refused.
    No,
    /// `BAD`: not understood.
    Bad,
    /// `BYE`: the server leaves.
    Bye,
    /// `PREAUTH`: nobody has to log in.
    Preauth,
}

/// Codes of status responses that matter here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Code {
    UidValidity(u32),
    /// The folder is not there and could be made.
    TryCreate,
    AppendUid(u32, Vec<RangeInclusive<u32>>),
}

/// What is known of a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fetched {
    pub uid: Option<u32>,
    pub flags: Option<Vec<String>>,
    pub date: Option<String>,
    pub size: Option<u64>,
    /// Content, or the part of it that was asked for.
    pub body: Option<Vec<u8>>,
    /// Bytes of content that were more than is held.
    pub dropped: Option<u64>,
}

/// A folder as it was listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    pub name: String,
    pub separator: Option<char>,
    pub can_be_opened: bool,
}

/// Numbers of a folder (RFC 3501 7.2.4, RFC 8438).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub messages: Option<u64>,
    pub uid_next: Option<u32>,
    pub uid_validity: Option<u32>,
    pub size: Option<u64>,
}

/// One response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// `+`: go on.
    Continue,
    /// A command ended.
    Done {
        tag: String,
        status: Status,
        code: Option<Code>,
        text: String,
    },
    /// Said without a command's tag.
    Said {
        status: Status,
        code: Option<Code>,
        text: String,
    },
    Fetched(Fetched),
    Listed(Listed),
    Counts(Counts),
    Exists(u64),
    Capabilities(Vec<String>),
    /// Prefix and separator of the owner's folders, and the prefixes of everybody else's.
    Namespaces {
        own: Option<(String, Option<char>)>,
        others: Vec<String>,
    },
    /// Resources with use and limit: bytes of `STORAGE`, messages of `MESSAGE`.
    Quota {
        storage: Option<(u64, u64)>,
        messages: Option<(u64, u64)>,
    },
    /// Cannot be parsed.
    Unread(String),
    /// Nothing that was asked for.
    Other,
}

/// Parentheses nest no deeper than this in what is asked for.
const DEEPEST: usize = 24;

impl Answer {
    /// Reads a response.
    ///
    /// # Errors
    /// A line that is neither a tagged nor an untagged response: the line cannot be trusted any more.
    pub(super) fn read(frame: Frame) -> Result<Self, Broken> {
        let head: Vec<u8> = frame.text.iter().take(64).map(u8::to_ascii_uppercase).collect();
        if head.starts_with(b"+") {
            return Ok(Self::Continue);
        }
        let Some(rest) = head.strip_prefix(b"* ") else {
            return status(&frame.text).ok_or_else(|| Broken::Bad(lossy(&frame.text)));
        };
        let mut words = rest.split(|byte| matches!(byte, b' ' | b'\r' | b'\n')).filter(|word| !word.is_empty());
        let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let is_number = !first.is_empty() && first.iter().all(u8::is_ascii_digit);
        Ok(match first {
            b"OK" | b"NO" | b"BAD" | b"BYE" | b"PREAUTH" => {
                status(&frame.text).unwrap_or_else(|| Self::Unread(lossy(&frame.text)))
            }
            b"CAPABILITY" => Self::Capabilities(words_of(&frame.text)),
            b"STATUS" => counts(&frame.text),
            b"NAMESPACE" => namespaces(&frame.text),
            b"LIST" | b"LSUB" | b"QUOTA" => parsed(frame),
            _ if is_number && matches!(second, b"FETCH" | b"EXISTS") => parsed(frame),
            _ => Self::Other,
        })
    }
}

fn lossy(bytes: &[u8]) -> String {
    clipped(&String::from_utf8_lossy(bytes.get(..bytes.len().min(400)).unwrap_or_default()))
}

/// A status response, tagged or not. imap-proto takes the text behind a code by bytes, so that none but ASCII may
/// stand there; a code that it does not know stays in the text.
fn status(text: &[u8]) -> Option<Answer> {
    let ascii: Vec<u8> = text.iter().map(|byte| if matches!(byte, 1..=0x7e) { *byte } else { b'?' }).collect();
    let (_, response) = Response::parse(&ascii).ok()?;
    let (tag, status, outcome) = match response {
        Response::Done { tag, status, outcome } => (Some(tag.0), status, outcome),
        Response::Data { status, outcome } => (None, status, outcome),
        _ => return None,
    };
    let status = match status {
        imap_proto::Status::Ok => Status::Ok,
        imap_proto::Status::No => Status::No,
        imap_proto::Status::Bad => Status::Bad,
        imap_proto::Status::Bye => Status::Bye,
        imap_proto::Status::PreAuth => Status::Preauth,
    };
    let code = match outcome.code {
        Some(ResponseCode::UidValidity(validity)) => Some(Code::UidValidity(validity)),
        Some(ResponseCode::TryCreate) => Some(Code::TryCreate),
        Some(ResponseCode::AppendUid(validity, members)) => {
            let range = |member| match member {
                UidSetMember::UidRange(range) => range,
                UidSetMember::Uid(uid) => uid..=uid,
            };
            Some(Code::AppendUid(validity, members.into_iter().map(range).collect()))
        }
        _ => None,
    };
    let text = clipped(outcome.information.as_deref().unwrap_or_default());
    Some(match tag {
        Some(tag) => Answer::Done { tag, status, code, text },
        None => Answer::Said { status, code, text },
    })
}

/// The words behind the first one.
fn words_of(text: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(text).to_ascii_uppercase();
    text.split_ascii_whitespace().skip(2).map(str::to_owned).collect()
}

/// `* STATUS name (MESSAGES 1 SIZE 5)`. imap-proto refuses the whole response for an item that it does not know,
/// and `SIZE` (RFC 8438) is one.
fn counts(text: &[u8]) -> Answer {
    let open = text.iter().rposition(|byte| *byte == b'(');
    let inner = open.and_then(|open| text.get(open + 1..)).unwrap_or_default();
    let inner = String::from_utf8_lossy(inner).to_ascii_uppercase();
    let mut words = inner.split(|letter: char| letter.is_whitespace() || letter == ')').filter(|word| !word.is_empty());
    let mut counts = Counts::default();
    while let (Some(item), Some(number)) = (words.next(), words.next()) {
        let number: Option<u64> = number.parse().ok();
        let small = number.and_then(|number| u32::try_from(number).ok());
        match item {
            "MESSAGES" => counts.messages = number,
            "UIDNEXT" => counts.uid_next = small,
            "UIDVALIDITY" => counts.uid_validity = small,
            "SIZE" => counts.size = number,
            _ => {}
        }
    }
    Answer::Counts(counts)
}

/// `* NAMESPACE (("INBOX." ".")) NIL (("shared." "."))` (RFC 2342), which imap-proto does not know.
fn namespaces(text: &[u8]) -> Answer {
    let mut groups: Vec<Vec<(String, Option<char>)>> = Vec::new();
    let (mut depth, mut strings): (usize, Vec<String>) = (0, Vec::new());
    let text = String::from_utf8_lossy(text).into_owned();
    let mut letters = text.chars().skip("* NAMESPACE".len());
    while let Some(letter) = letters.next() {
        match letter {
            '(' => {
                depth += 1;
                match depth {
                    1 => groups.push(Vec::new()),
                    2 => strings.clear(),
                    _ => {}
                }
            }
            ')' => {
                if depth == 2
                    && let Some(group) = groups.last_mut()
                    && let Some(prefix) = strings.first()
                {
                    group.push((prefix.clone(), strings.get(1).and_then(|separator| separator.chars().next())));
                }
                depth = depth.saturating_sub(1);
            }
            '"' => {
                let mut inner = String::new();
                while let Some(letter) = letters.next() {
                    match letter {
                        '"' => break,
                        '\\' => inner.extend(letters.next()),
                        _ => inner.push(letter),
                    }
                }
                strings.push(inner);
            }
            'N' | 'n' if depth == 0 => {
                groups.push(Vec::new());
                letters.nth(1);
            }
            _ => {}
        }
    }
    let mut groups = groups.into_iter();
    let own = groups.next().and_then(|group| group.into_iter().next());
    let others = groups.flatten().map(|(prefix, _)| prefix).filter(|prefix| !prefix.is_empty()).collect();
    Answer::Namespaces { own, others }
}

/// Whether imap-proto may have it: it descends with every parenthesis, and takes a missing date for impossible.
fn is_safe(frame: &mut Frame) -> bool {
    let mut depth = 0usize;
    let mut at = 0;
    let mut outside: Vec<std::ops::Range<usize>> = Vec::new();
    for literal in &frame.literals {
        outside.push(at..literal.start);
        at = literal.end;
    }
    outside.push(at..frame.text.len());
    for range in outside {
        let Some(part) = frame.text.get_mut(range) else { return false };
        let mut is_quoted = false;
        for byte in part.iter() {
            match byte {
                b'"' => is_quoted = !is_quoted,
                b'(' if !is_quoted => depth += 1,
                b')' if !is_quoted => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > DEEPEST {
                return false;
            }
        }
        let nil = b"INTERNALDATE NIL";
        if let Some(found) = part.windows(nil.len()).position(|window| window.eq_ignore_ascii_case(nil)) {
            let value = found + nil.len() - 3;
            if let Some(value) = part.get_mut(value..value + 3) {
                value.copy_from_slice(b"\" \"");
            }
        }
    }
    true
}

fn parsed(mut frame: Frame) -> Answer {
    if !is_safe(&mut frame) {
        return Answer::Unread(lossy(&frame.text));
    }
    let Ok((_, response)) = Response::parse(&frame.text) else { return Answer::Unread(lossy(&frame.text)) };
    match response {
        Response::Fetch(_, attributes) => Answer::Fetched(fetched(attributes, frame.dropped)),
        Response::MailboxData(MailboxDatum::Exists(count)) => Answer::Exists(u64::from(count)),
        Response::MailboxData(MailboxDatum::List(list)) => {
            // A quoted name comes with its backslashes, a literal without.
            let is_quoted = frame.literals.is_empty();
            let name = if is_quoted { unquoted(&list.name) } else { list.name.into_owned() };
            let separator = list.delimiter.and_then(|text| unquoted(&text).chars().next());
            let bars = |attribute: &NameAttribute<'_>| match attribute {
                NameAttribute::NoSelect => true,
                NameAttribute::Extension(name) => name.eq_ignore_ascii_case("\\NonExistent"),
                _ => false,
            };
            Answer::Listed(Listed { name, separator, can_be_opened: !list.name_attributes.iter().any(bars) })
        }
        Response::Quota(quota) => {
            let (mut storage, mut messages) = (None, None);
            for resource in quota.resources {
                match resource.name {
                    // RFC 9208: units of 1,024 bytes.
                    QuotaResourceName::Storage => {
                        storage = Some((resource.usage.saturating_mul(1_024), resource.limit.saturating_mul(1_024)));
                    }
                    QuotaResourceName::Message => messages = Some((resource.usage, resource.limit)),
                    QuotaResourceName::Atom(_) => {}
                }
            }
            Answer::Quota { storage, messages }
        }
        _ => Answer::Other,
    }
}

fn fetched(attributes: Vec<AttributeValue<'_>>, dropped: Option<u64>) -> Fetched {
    let mut fetched = Fetched { dropped, ..Fetched::default() };
    for attribute in attributes {
        match attribute {
            AttributeValue::Uid(uid) => fetched.uid = Some(uid),
            AttributeValue::Flags(flags) => fetched.flags = Some(flags.into_iter().map(Cow::into_owned).collect()),
            AttributeValue::InternalDate(date) => fetched.date = Some(date.into_owned()),
            AttributeValue::Rfc822Size(size) => fetched.size = Some(u64::from(size)),
            AttributeValue::BodySection { data, .. } => fetched.body = data.map(Cow::into_owned),
            AttributeValue::Rfc822(data) => fetched.body = data.map(Cow::into_owned),
            _ => {}
        }
    }
    fetched
}

fn unquoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => out.extend(letters.next()),
            _ => out.push(letter),
        }
    }
    out
}

/// Whether a word can be a keyword in a command (RFC 3501 `flag-keyword`).
pub(crate) fn is_keyword(word: &str) -> bool {
    !word.is_empty()
        && word.len() <= 200
        && word.bytes().all(|byte| byte.is_ascii_graphic() && !b"(){%*\"\\]".contains(&byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &[u8]) -> Answer {
        Answer::read(Frame { text: text.to_vec(), ..Frame::default() }).unwrap()
    }

    #[test]
    fn answers_of_several_servers_are_understood() {
        assert_eq!(read(b"+ \r\n"), Answer::Continue);
        assert_eq!(
            read(b"h7 OK [APPENDUID 38505 3955:3957,9] done\r\n"),
            Answer::Done {
                tag: "h7".to_owned(),
                status: Status::Ok,
                code: Some(Code::AppendUid(38_505, vec![3_955..=3_957, 9..=9])),
                text: "done".to_owned()
            }
        );
        let Answer::Done { status, text, code, .. } =
            read(b"h8 NO [OVERQUOTA] Quota exceeded (mailbox for user is full)\r\n")
        else {
            panic!()
        };
        assert_eq!((status, code), (Status::No, None));
        assert!(text.starts_with("[OVERQUOTA]"), "{text}");
        assert_eq!(
            read(b"* STATUS \"a (b\" (MESSAGES 3 UIDNEXT 9 UIDVALIDITY 5 SIZE 6000000000)\r\n"),
            Answer::Counts(Counts {
                messages: Some(3),
                uid_next: Some(9),
                uid_validity: Some(5),
                size: Some(6_000_000_000)
            })
        );
        assert_eq!(
            read(b"* NAMESPACE ((\"INBOX.\" \".\")) NIL ((\"shared.\" \".\")(\"#public/\" \"/\"))\r\n"),
            Answer::Namespaces {
                own: Some(("INBOX.".to_owned(), Some('.'))),
                others: vec!["shared.".to_owned(), "#public/".to_owned()]
            }
        );
        assert_eq!(
            read(b"* NAMESPACE ((\"\" \"/\")) ((\"~\" \"/\")) NIL\r\n"),
            Answer::Namespaces { own: Some((String::new(), Some('/'))), others: vec!["~".to_owned()] }
        );
        assert_eq!(
            read(b"* LIST (\\HasNoChildren \\NoSelect) \"/\" \"a \\\"b\\\" \\\\c\"\r\n"),
            Answer::Listed(Listed { name: "a \"b\" \\c".to_owned(), separator: Some('/'), can_be_opened: false })
        );
        assert_eq!(
            read(b"* QUOTA \"User quota\" (STORAGE 10 512 MESSAGE 3 100)\r\n"),
            Answer::Quota { storage: Some((10_240, 524_288)), messages: Some((3, 100)) }
        );
        assert_eq!(read(b"* VANISHED 1:5\r\n"), Answer::Other);
    }

    #[test]
    fn a_missing_date_and_deep_parentheses_do_no_harm() {
        let Answer::Fetched(fetched) = read(b"* 1 FETCH (UID 5 INTERNALDATE NIL FLAGS (\\Seen))\r\n") else { panic!() };
        assert_eq!((fetched.uid, fetched.date.as_deref()), (Some(5), Some(" ")));
        let mut deep = b"* 1 FETCH (BODYSTRUCTURE ".to_vec();
        deep.extend(std::iter::repeat_n(b'(', 500_000));
        deep.extend_from_slice(b"\r\n");
        assert!(matches!(read(&deep), Answer::Unread(_)));
        let Answer::Said { text, .. } = read("* OK [ALERT]\u{fc}\u{fc} hello\r\n".as_bytes()) else { panic!() };
        assert!(text.ends_with("hello"), "{text}");
    }

    #[test]
    fn a_line_that_is_no_response_is_refused() {
        assert!(Answer::read(Frame { text: b"HTTP/1.1 400 Bad Request\r\n".to_vec(), ..Frame::default() }).is_err());
    }

    #[test]
    fn keywords_are_words_that_need_no_quotes() {
        for (word, is_one) in
            [("$Forwarded", true), ("NonJunk", true), ("", false), ("a b", false), ("a)", false), ("\u{fc}", false)]
        {
            assert_eq!(is_keyword(word), is_one, "{word}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_a_server_sends_is_a_panic(
            start in prop::sample::select(vec![
                "* OK [", "h1 NO ", "* LIST (", "* 1 FETCH (", "* STATUS ", "* NAMESPACE (", "* QUOTA ", "* ", "* 2 EXISTS",
                "* 1 FETCH (UID 1 INTERNALDATE ", "* CAPABILITY ", "* OK [APPENDUID 1 ", "* LSUB (\\", "* 1 FETCH (FLAGS ",
            ]),
            rest in prop::collection::vec(prop_oneof![
                Just(b' '), Just(b'('), Just(b')'), Just(b'"'), Just(b'\\'), Just(b']'), Just(b'{'), Just(b'}'), Just(b'1'), any::<u8>()
            ], 0..80),
        ) {
            let mut text = start.as_bytes().to_vec();
            text.extend_from_slice(&rest);
            text.extend_from_slice(b"\r\n");
            let _ = Answer::read(Frame { text, ..Frame::default() });
        }
    }
}
