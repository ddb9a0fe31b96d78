//! Reads a mail as the person who gets it would: decoded subject, text, HTML and attachments.
//!
//! Deliberately small: it reads the mails this project sends, and shows anything it does not
//! understand undecoded rather than failing.

/// A received mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mail {
    /// Sender of the envelope.
    pub from: String,
    /// Recipients of the envelope.
    pub to: Vec<String>,
    /// Decoded subject.
    pub subject: String,
    /// The `text/plain` part, decoded, with `\n` line ends; empty if there is none.
    pub text: String,
    /// The `text/html` part, decoded, with `\n` line ends; empty if there is none.
    pub html: String,
    /// Unfolded, decoded headers in their order.
    pub headers: Vec<(String, String)>,
    /// Parts that are neither the text nor the HTML.
    pub attachments: Vec<Attachment>,
}

/// A file that came with a mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attachment {
    /// File name, empty if it has none.
    pub name: String,
    /// Such as `application/pdf`, in small letters.
    pub media_type: String,
    /// Decoded content.
    pub bytes: Vec<u8>,
}

impl Mail {
    /// First header of that name, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// Every `http` or `https` address in the text, in order.
    #[must_use]
    pub fn links(&self) -> Vec<String> {
        self.text
            .split(|c: char| c.is_whitespace() || "<>\"()".contains(c))
            .filter(|word| word.starts_with("http://") || word.starts_with("https://"))
            .map(|word| word.trim_end_matches(['.', ',', ';']).to_owned())
            .collect()
    }
}

/// Reads a mail as an SMTP server stored it.
#[must_use]
pub fn parse(bytes: &[u8]) -> Mail {
    let part = Part::parse(bytes);
    let mut mail = Mail {
        subject: part.header("Subject").unwrap_or_default().to_owned(),
        from: part.header("X-MailFrom").or(part.header("From")).unwrap_or_default().to_owned(),
        to: part
            .header("X-RcptTo")
            .or(part.header("To"))
            .unwrap_or_default()
            .split(',')
            .map(|address| address.trim().to_owned())
            .filter(|address| !address.is_empty())
            .collect(),
        ..Mail::default()
    };
    collect(&part, &mut mail);
    mail.headers = part.headers;
    mail
}

struct Part {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Part {
    fn parse(bytes: &[u8]) -> Self {
        let (head, body) = split_head(bytes);
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in String::from_utf8_lossy(head).lines() {
            if line.starts_with([' ', '\t']) {
                if let Some((_, value)) = headers.last_mut() {
                    value.push(' ');
                    value.push_str(line.trim());
                }
            } else if let Some((name, value)) = line.split_once(':') {
                headers.push((name.trim().to_owned(), value.trim().to_owned()));
            }
        }
        for (_, value) in &mut headers {
            *value = decode_words(value);
        }
        Self { headers, body: body.to_vec() }
    }

    fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    fn media_type(&self) -> String {
        let value = self.header("Content-Type").unwrap_or("text/plain");
        let kind = value.split(';').next().unwrap_or_default();
        kind.trim().to_ascii_lowercase()
    }

    fn decoded(&self) -> Vec<u8> {
        let encoding = self.header("Content-Transfer-Encoding").unwrap_or_default().to_ascii_lowercase();
        match encoding.as_str() {
            "base64" => base64(&self.body),
            "quoted-printable" => quoted_printable(&self.body),
            _ => self.body.clone(),
        }
    }

    fn decoded_text(&self) -> String {
        let charset = self.header("Content-Type").and_then(|value| parameter(value, "charset")).unwrap_or_default();
        to_text(&self.decoded(), &charset).replace("\r\n", "\n")
    }
}

fn collect(part: &Part, mail: &mut Mail) {
    let media_type = part.media_type();
    let boundary = part.header("Content-Type").and_then(|value| parameter(value, "boundary"));
    if let (true, Some(boundary)) = (media_type.starts_with("multipart/"), boundary) {
        for piece in pieces(&part.body, &boundary) {
            collect(&Part::parse(&piece), mail);
        }
        return;
    }
    let disposition = part.header("Content-Disposition").unwrap_or_default();
    let attached = disposition.to_ascii_lowercase().starts_with("attachment");
    match media_type.as_str() {
        "text/plain" if !attached && mail.text.is_empty() => mail.text = part.decoded_text(),
        "text/html" if !attached && mail.html.is_empty() => mail.html = part.decoded_text(),
        _ => mail.attachments.push(Attachment {
            name: parameter(disposition, "filename").unwrap_or_default(),
            bytes: part.decoded(),
            media_type,
        }),
    }
}

/// The parts between the boundary lines. The line end before a boundary belongs to the boundary.
fn pieces(body: &[u8], boundary: &str) -> Vec<Vec<u8>> {
    let opening = format!("--{boundary}");
    let closing = format!("--{boundary}--");
    let mut found: Vec<Vec<u8>> = Vec::new();
    let mut current: Option<Vec<u8>> = None;
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let bare = line.trim_ascii_end();
        if bare == opening.as_bytes() || bare == closing.as_bytes() {
            if let Some(mut piece) = current.take() {
                if piece.ends_with(b"\n") {
                    piece.pop();
                }
                if piece.ends_with(b"\r") {
                    piece.pop();
                }
                found.push(piece);
            }
            if bare == closing.as_bytes() {
                break;
            }
            current = Some(Vec::new());
        } else if let Some(piece) = &mut current {
            piece.extend_from_slice(line);
        }
    }
    // A mail that was cut off still shows its last part.
    found.extend(current);
    found
}

fn split_head(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut end = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let next = end + line.len();
        if line.trim_ascii().is_empty() {
            return (bytes.get(..end).unwrap_or_default(), bytes.get(next..).unwrap_or_default());
        }
        end = next;
    }
    (bytes, &[])
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// `value; name=this` or `value; name="this"`.
fn parameter(header: &str, name: &str) -> Option<String> {
    header.split(';').skip(1).find_map(|pair| {
        let (given, value) = pair.split_once('=')?;
        given.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
    })
}

/// RFC 2047: `=?charset?B?..?=` and `=?charset?Q?..?=`; blanks between two of them vanish.
fn decode_words(value: &str) -> String {
    let mut decoded = String::new();
    let mut rest = value;
    let mut after_word = false;
    while let Some(start) = rest.find("=?") {
        let (before, tail) = rest.split_at(start);
        let Some((text, left)) = decode_word(tail) else {
            let (mark, left) = tail.split_at(2);
            decoded.push_str(before);
            decoded.push_str(mark);
            rest = left;
            after_word = false;
            continue;
        };
        if !(after_word && before.trim().is_empty()) {
            decoded.push_str(before);
        }
        decoded.push_str(&text);
        rest = left;
        after_word = true;
    }
    decoded.push_str(rest);
    decoded
}

fn decode_word(word: &str) -> Option<(String, &str)> {
    let inner = word.strip_prefix("=?")?;
    let (charset, inner) = inner.split_once('?')?;
    let (encoding, inner) = inner.split_once('?')?;
    let (text, left) = inner.split_once("?=")?;
    let bytes = match encoding {
        "B" | "b" => base64(text.as_bytes()),
        "Q" | "q" => quoted_printable(text.replace('_', " ").as_bytes()),
        _ => return None,
    };
    Some((to_text(&bytes, charset), left))
}

fn to_text(bytes: &[u8], charset: &str) -> String {
    match charset.to_ascii_lowercase().as_str() {
        "iso-8859-1" | "latin1" => bytes.iter().map(|byte| char::from(*byte)).collect(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn base64(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for symbol in text {
        let value = match symbol {
            b'A'..=b'Z' => symbol - b'A',
            b'a'..=b'z' => symbol - b'a' + 26,
            b'0'..=b'9' => symbol - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => break,
            _ => continue,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            let [.., byte] = (bits >> count).to_be_bytes();
            bytes.push(byte);
            bits &= (1 << count) - 1;
        }
    }
    bytes
}

fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((symbol, after)) = rest.split_first() {
        rest = after;
        if *symbol != b'=' {
            bytes.push(*symbol);
            continue;
        }
        match after {
            [b'\r', b'\n', left @ ..] | [b'\n', left @ ..] => rest = left,
            [high, low, left @ ..] => {
                let digits = [*high, *low];
                let byte = std::str::from_utf8(&digits).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok());
                match byte {
                    Some(byte) => {
                        bytes.push(byte);
                        rest = left;
                    }
                    None => bytes.push(b'='),
                }
            }
            _ => bytes.push(b'='),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_with_text_html_and_a_file_is_read() {
        let mail = parse(
            b"X-MailFrom: billing@example.org\r\nX-RcptTo: ada@example.org, bob@example.org\r\n\
Subject: =?utf-8?Q?Rechnung_f=C3=BCr?= =?utf-8?B?IE3DpHJ6?= 2026\r\n\
Content-Type: multipart/mixed;\r\n boundary=\"outer\"\r\n\r\nignored\r\n--outer\r\n\
Content-Type: multipart/alternative; boundary=inner\r\n\r\n--inner\r\n\
Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
Please pay EUR 59.00 =E2=82=AC at https://panel.example.org/pay?a=3D1&b=\r\n=3D2.\r\nBye\r\n--inner\r\n\
Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n\
PHA+SGFs\r\nbG88L3A+\r\n--inner--\r\n--outer\r\n\
Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\
Content-Disposition: attachment; filename=\"2026-00001.pdf\"\r\n\r\nJVBERi0=\r\n--outer--\r\n",
        );
        assert_eq!(mail.from, "billing@example.org");
        assert_eq!(mail.to, ["ada@example.org", "bob@example.org"]);
        assert_eq!(mail.subject, "Rechnung f\u{fc}r M\u{e4}rz 2026");
        assert!(mail.text.contains("59.00 \u{20ac}"), "{}", mail.text);
        assert_eq!(mail.links(), ["https://panel.example.org/pay?a=1&b=2"]);
        assert_eq!(mail.html, "<p>Hallo</p>");
        assert_eq!(mail.attachments[0].name, "2026-00001.pdf");
        assert_eq!(mail.attachments[0].bytes, b"%PDF-");
        assert_eq!(mail.header("subject"), Some(mail.subject.as_str()));
    }

    #[test]
    fn what_is_not_understood_is_shown_as_it_is() {
        let mail = parse(b"Subject: =?utf-8?X?y?= and =? this\n\n100 =");
        assert_eq!(mail.subject, "=?utf-8?X?y?= and =? this");
        assert_eq!(mail.text, "100 =");
        assert_eq!(parse(b""), Mail::default());
        assert_eq!(quoted_printable(b"a=ZZb="), b"a=ZZb=");
    }
}
