//! PEM blocks, and of a certificate the two facts that are needed: names and last day.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hostwright_kernel::Day;

/// One block between `-----BEGIN X-----` and `-----END X-----`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PemBlock {
    /// `CERTIFICATE`, `RSA PRIVATE KEY`.
    pub label: String,
    /// The block with its two lines, each line ended.
    pub text: String,
}

impl PemBlock {
    /// A private key of any kind.
    #[must_use]
    pub fn is_private_key(&self) -> bool {
        self.label.ends_with("PRIVATE KEY")
    }

    /// A certificate.
    #[must_use]
    pub fn is_certificate(&self) -> bool {
        matches!(self.label.as_str(), "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE")
    }

    fn bytes(&self) -> Option<Vec<u8>> {
        let body: String =
            self.text.lines().filter(|line| !line.starts_with("-----") && !line.contains(':')).map(str::trim).collect();
        STANDARD.decode(body).ok()
    }
}

/// The blocks of a text; what stands around them is left out, a block without its end as well.
#[must_use]
pub fn pem_blocks(text: &str) -> Vec<PemBlock> {
    let mut blocks = Vec::new();
    let mut open: Option<PemBlock> = None;
    for line in text.lines().map(str::trim) {
        if let Some(label) = line.strip_prefix("-----BEGIN ").and_then(|rest| rest.strip_suffix("-----")) {
            open = Some(PemBlock { label: label.to_owned(), text: String::new() });
        }
        if let Some(block) = &mut open {
            block.text.push_str(line);
            block.text.push('\n');
        }
        if line.starts_with("-----END ") {
            blocks.extend(open.take());
        }
    }
    blocks
}

/// What a certificate says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CertificateFacts {
    /// The DNS names it is for, in its order; the common name where it has no others.
    pub names: Vec<String>,
    /// Its last day.
    pub last_day: Option<Day>,
}

/// Reads names and last day of a certificate; `None` where it is none.
#[must_use]
pub fn facts(block: &PemBlock) -> Option<CertificateFacts> {
    let bytes = block.bytes()?;
    let (certificate, _) = element(&bytes, 0x30)?;
    let (body, _) = element(certificate, 0x30)?;
    // Version (optional), serial number, algorithm, issuer, validity, subject.
    let rest = match any_element(body)? {
        (0xa0, _, rest) => rest,
        _ => body,
    };
    let (_serial, rest) = element(rest, 0x02)?;
    let (_algorithm, rest) = element(rest, 0x30)?;
    let (_issuer, rest) = element(rest, 0x30)?;
    let (validity, rest) = element(rest, 0x30)?;
    let (_, _, after_first) = any_element(validity)?;
    let (kind, last, _) = any_element(after_first)?;
    let (subject, rest) = element(rest, 0x30)?;
    let (_key, rest) = element(rest, 0x30)?;
    let mut names = alternative_names(rest).unwrap_or_default();
    if names.is_empty() {
        names.extend(common_name(subject));
    }
    Some(CertificateFacts { names, last_day: day(kind, last) })
}

/// UTCTime `YYMMDD...` or GeneralizedTime `YYYYMMDD...`.
fn day(kind: u8, text: &[u8]) -> Option<Day> {
    let text = std::str::from_utf8(text).ok()?;
    let number = |from: usize, count: usize| text.get(from..from.checked_add(count)?)?.parse::<u16>().ok();
    let (year, at) = match kind {
        // Two digits mean 1950 to 2049.
        0x17 => (
            number(0, 2).map(|year| if year < 50 { year.saturating_add(2000) } else { year.saturating_add(1900) })?,
            2,
        ),
        0x18 => (number(0, 4)?, 4),
        _ => return None,
    };
    let month = number(at, 2)?;
    let day = number(at.checked_add(2)?, 2)?;
    Day::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// The DNS names of the extension 2.5.29.17 among what follows the key.
fn alternative_names(mut rest: &[u8]) -> Option<Vec<String>> {
    loop {
        let (kind, content, after) = any_element(rest)?;
        if kind == 0xa3 {
            let (mut list, _) = element(content, 0x30)?;
            while let Some((extension, next)) = element(list, 0x30) {
                let (name, value) = element(extension, 0x06)?;
                if name == [0x55, 0x1d, 0x11] {
                    let value = match any_element(value)? {
                        (0x01, _, value) => value,
                        _ => value,
                    };
                    let (value, _) = element(value, 0x04)?;
                    let (mut names, _) = element(value, 0x30)?;
                    let mut found = Vec::new();
                    while let Some((kind, name, next)) = any_element(names) {
                        if kind == 0x82 {
                            found.extend(std::str::from_utf8(name).ok().map(str::to_lowercase));
                        }
                        names = next;
                    }
                    return Some(found);
                }
                list = next;
            }
        }
        rest = after;
    }
}

/// The common name, 2.5.4.3, of a subject.
fn common_name(mut subject: &[u8]) -> Option<String> {
    loop {
        let (set, next) = element(subject, 0x31)?;
        let (pair, _) = element(set, 0x30)?;
        let (name, value) = element(pair, 0x06)?;
        if name == [0x55, 0x04, 0x03] {
            let (_, text, _) = any_element(value)?;
            return std::str::from_utf8(text).ok().map(str::to_lowercase);
        }
        subject = next;
    }
}

/// An element of DER of this kind: content and what follows.
fn element(bytes: &[u8], kind: u8) -> Option<(&[u8], &[u8])> {
    let (found, content, rest) = any_element(bytes)?;
    (found == kind).then_some((content, rest))
}

fn any_element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (kind, rest) = bytes.split_first()?;
    let (first, mut rest) = rest.split_first()?;
    let length = if *first < 0x80 {
        usize::from(*first)
    } else {
        let (digits, after) = rest.split_at_checked(usize::from(*first & 0x7f))?;
        if digits.len() > 4 {
            return None;
        }
        rest = after;
        digits.iter().fold(0usize, |length, digit| length << 8 | usize::from(*digit))
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*kind, content, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Made for this test; its key was thrown away.
    const MADE: &str = "-----BEGIN CERTIFICATE-----\n\
MIIBrTCCAVSgAwIBAgIUBCEvxrFHD2PbA1N5DUKeZG8WoiMwCgYIKoZIzj0EAwIw\n\
FzEVMBMGA1UEAwwMbWFpbi5leGFtcGxlMB4XDTI2MTEyNTIyNTg0NFoXDTM2MTEy\n\
MjIyNTg0NFowFzEVMBMGA1UEAwwMbWFpbi5leGFtcGxlMFkwEwYHKoZIzj0CAQYI\n\
KoZIzj0DAQcDQgAEcbX7ez+NyN+2ErRYqnq+5h5lLV1MOUkDiX63tdPpESdkuleH\n\
YfQadDP7aJbFpZxHzhbK17aSbczSNt5Y92tKpKN+MHwwHQYDVR0OBBYEFEmwoZ0y\n\
CRnYN2+N41EGM3Oic0okMB8GA1UdIwQYMBaAFEmwoZ0yCRnYN2+N41EGM3Oic0ok\n\
MA8GA1UdEwEB/wQFMAMBAf8wKQYDVR0RBCIwIIIMbWFpbi5leGFtcGxlghB3d3cu\n\
bWFpbi5leGFtcGxlMAoGCCqGSM49BAMCA0cAMEQCIG68SzGT3p7y8q8rZXCix9sY\n\
TWINatD14GIL9x5qO0f6AiB1Ns77DNIsFP29X8ZbbIRDCX5K7XZ/qSDwox09kxxX\n\
jg==\n\
-----END CERTIFICATE-----\n\n";

    #[test]
    fn names_and_last_day_of_a_certificate_are_read() {
        let blocks = pem_blocks(&format!("junk\n-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n{MADE}"));
        assert_eq!(blocks.len(), 2);
        assert!(blocks[0].is_private_key() && blocks[1].is_certificate());
        let facts = facts(&blocks[1]).unwrap();
        assert_eq!(facts.names, ["main.example", "www.main.example"]);
        assert_eq!(facts.last_day.unwrap().to_string(), "2036-11-22");
        assert_eq!(super::facts(&blocks[0]), None);
    }

    #[test]
    fn a_block_without_its_end_is_no_block() {
        assert!(pem_blocks("-----BEGIN CERTIFICATE-----\nAAAA\n").is_empty());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "(?s).{0,60}") {
            let block = PemBlock { label: "CERTIFICATE".into(), text: STANDARD.encode(bytes) };
            let _ = (facts(&block), pem_blocks(&text));
        }

        #[test]
        fn a_damaged_certificate_does_not_panic(at in any::<prop::sample::Index>(), value in any::<u8>()) {
            let mut bytes = pem_blocks(MADE)[0].bytes().unwrap();
            let at = at.index(bytes.len());
            bytes[at] = value;
            let _ = facts(&PemBlock { label: "CERTIFICATE".into(), text: STANDARD.encode(bytes) });
        }
    }
}
