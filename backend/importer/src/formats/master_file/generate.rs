//! `$GENERATE`: one line that stands for many.

/// The steps of a range, as `from-to` or `from-to/step`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub from: u32,
    pub to: u32,
    pub step: u32,
}

/// How many records one line may stand for: a reverse zone of a /16.
pub(super) const MOST: u32 = 65_536;

const LARGEST: u32 = 0x7fff_ffff;

impl Range {
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        let (range, step) = text.split_once('/').unwrap_or((text, "1"));
        let (from, to) = range.split_once('-')?;
        let number = |text: &str| {
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<u32>().ok().filter(|number| is_number && *number <= LARGEST)
        };
        let range = Self { from: number(from)?, to: number(to)?, step: number(step)? };
        (range.from <= range.to && range.step > 0).then_some(range)
    }

    pub(super) fn len(self) -> u32 {
        let span = self.to.saturating_sub(self.from);
        span.checked_div(self.step).unwrap_or(0).saturating_add(1)
    }

    pub(super) fn values(self) -> impl Iterator<Item = u32> {
        (0..self.len()).map_while(move |i| self.from.checked_add(i.checked_mul(self.step)?))
    }
}

/// Puts a value where the text says: `$`, `${offset}`, `${offset,width}`, `${offset,width,base}`.
/// `$$` and `\$` stand for a dollar sign. `None` where a modifier is bad or a number too large.
pub(super) fn fill(text: &[u8], value: u32) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len().saturating_add(8));
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'\\' => {
                out.push(b'\\');
                if let Some((&next, after)) = rest.split_first() {
                    out.push(next);
                    rest = after;
                }
            }
            b'$' => match rest.first() {
                Some(b'$') => {
                    // An escaped dollar sign, so that it is no directive at the front of an owner.
                    out.extend_from_slice(b"\\$");
                    rest = rest.get(1..)?;
                }
                Some(b'{') => {
                    let end = rest.iter().position(|byte| *byte == b'}')?;
                    out.extend_from_slice(modified(rest.get(1..end)?, value)?.as_bytes());
                    rest = rest.get(end.checked_add(1)?..)?;
                }
                _ => out.extend_from_slice(value.to_string().as_bytes()),
            },
            _ => out.push(byte),
        }
        if out.len() > 65_536 {
            return None;
        }
    }
    Some(out)
}

fn modified(modifier: &[u8], value: u32) -> Option<String> {
    let mut parts = std::str::from_utf8(modifier).ok()?.split(',');
    let offset: i64 = parts.next()?.parse().ok()?;
    let width: usize = parts.next().map_or(Some(0), |width| width.parse().ok()).filter(|width| *width <= 255)?;
    let base = parts.next().unwrap_or("d");
    if parts.next().is_some() {
        return None;
    }
    let sum = i32::try_from(i64::from(value).checked_add(offset)?).ok()?;
    let bits = u32::from_ne_bytes(sum.to_ne_bytes());
    Some(match base {
        "d" => format!("{sum:0width$}"),
        "o" => format!("{bits:0width$o}"),
        "x" => format!("{bits:0width$x}"),
        "X" => format!("{bits:0width$X}"),
        "n" => nibbles(bits, width, false),
        "N" => nibbles(bits, width, true),
        _ => return None,
    })
}

/// Hexadecimal digits from the last to the first with points between, as reverse zones of IPv6 name them.
fn nibbles(mut bits: u32, mut width: usize, is_upper: bool) -> String {
    let mut text = String::new();
    loop {
        let digit = char::from_digit(bits & 15, 16).unwrap_or('0');
        text.push(if is_upper { digit.to_ascii_uppercase() } else { digit });
        bits >>= 4;
        width = width.saturating_sub(1);
        if width == 0 && bits == 0 {
            return text;
        }
        text.push('.');
        width = width.saturating_sub(1);
        if width == 0 && bits == 0 {
            return text;
        }
    }
}
