//! A read-only file system with one folder: ISO 9660, and Joliet for names as they are.

const SECTOR: usize = 2048;
/// Images are a whole multiple of this, so that a longer key rarely changes the size.
const GRAIN: usize = 64 * 1024;

/// Sectors before the first file: system area, two descriptors and their end, four path tables,
/// two folders.
const PRIMARY_FOLDER: u32 = 23;
const JOLIET_FOLDER: u32 = 24;
const FIRST_FILE: u32 = 25;

struct Entry {
    name: String,
    sector: u32,
    bytes: u32,
}

/// Builds the image; none if there are more files than one folder sector holds, or too much in them.
pub(super) fn image(label: &str, files: &[(&str, Vec<u8>)]) -> Option<Vec<u8>> {
    let mut entries = Vec::new();
    let mut content = Vec::new();
    let mut sector = FIRST_FILE;
    for (name, bytes) in files {
        entries.push(Entry { name: (*name).to_owned(), sector, bytes: u32::try_from(bytes.len()).ok()? });
        content.extend_from_slice(bytes);
        let padded = content.len().checked_next_multiple_of(SECTOR)?;
        content.resize(padded, 0);
        sector = FIRST_FILE.checked_add(u32::try_from(padded / SECTOR).ok()?)?;
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    let used = usize::try_from(sector).ok()?.checked_mul(SECTOR)?;
    let total = used.checked_next_multiple_of(GRAIN)?;
    let sectors = u32::try_from(total / SECTOR).ok()?;

    let mut out = vec![0; 16 * SECTOR];
    out.extend(descriptor(1, label, sectors, false)?);
    out.extend(descriptor(2, label, sectors, true)?);
    out.extend(padded(vec![255, b'C', b'D', b'0', b'0', b'1', 1])?);
    for (folder, little) in
        [(PRIMARY_FOLDER, true), (PRIMARY_FOLDER, false), (JOLIET_FOLDER, true), (JOLIET_FOLDER, false)]
    {
        out.extend(padded(path_table(folder, little))?);
    }
    out.extend(folder(PRIMARY_FOLDER, &entries, primary_name)?);
    out.extend(folder(JOLIET_FOLDER, &entries, |name| wide(&format!("{name};1")))?);
    out.extend(content);
    out.resize(total, 0);
    Some(out)
}

fn padded(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    if bytes.len() > SECTOR {
        return None;
    }
    bytes.resize(SECTOR, 0);
    Some(bytes)
}

/// A number in both byte orders, as the format wants nearly all of them.
fn both32(number: u32) -> [u8; 8] {
    let [a, b, c, d] = number.to_le_bytes();
    [a, b, c, d, d, c, b, a]
}

fn both16(number: u16) -> [u8; 4] {
    let [a, b] = number.to_le_bytes();
    [a, b, b, a]
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// Upper case letters and digits, for readers that know nothing else.
fn primary_name(name: &str) -> Vec<u8> {
    let kept: String = name.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    format!("{}.;1", kept.to_ascii_uppercase()).into_bytes()
}

fn text(label: &str, bytes: usize, joliet: bool) -> Vec<u8> {
    let blank = if joliet { wide(" ") } else { vec![b' '] };
    let mut out = if joliet { wide(label) } else { label.as_bytes().to_vec() };
    while out.len() < bytes {
        out.extend_from_slice(&blank);
    }
    out.truncate(bytes);
    out
}

fn descriptor(kind: u8, label: &str, sectors: u32, joliet: bool) -> Option<Vec<u8>> {
    let (table_little, table_big, folder) =
        if joliet { (21_u32, 22_u32, JOLIET_FOLDER) } else { (19, 20, PRIMARY_FOLDER) };
    let mut out = vec![kind];
    out.extend(b"CD001");
    out.extend([1, 0]);
    out.extend(text("", 32, joliet));
    out.extend(text(label, 32, joliet));
    out.extend([0; 8]);
    out.extend(both32(sectors));
    // The escape sequence by which readers know Joliet.
    out.extend(if joliet { b"%/E" } else { b"\0\0\0" });
    out.extend([0; 29]);
    out.extend(both16(1));
    out.extend(both16(1));
    out.extend(both16(2048));
    out.extend(both32(u32::try_from(path_table(folder, true).len()).ok()?));
    out.extend(table_little.to_le_bytes());
    out.extend([0; 4]);
    out.extend(table_big.to_be_bytes());
    out.extend([0; 4]);
    out.extend(record(&[0], folder, 2048, true)?);
    for bytes in [128, 128, 128, 128, 37, 37, 37] {
        out.extend(text("", bytes, joliet));
    }
    for _ in 0..4 {
        // No date: the image is the same whenever it is made.
        out.extend([b'0'; 16]);
        out.push(0);
    }
    out.push(1);
    padded(out)
}

fn path_table(folder: u32, little: bool) -> Vec<u8> {
    let mut out = vec![1, 0];
    if little {
        out.extend(folder.to_le_bytes());
        out.extend(1_u16.to_le_bytes());
    } else {
        out.extend(folder.to_be_bytes());
        out.extend(1_u16.to_be_bytes());
    }
    out.extend([0, 0]);
    out
}

fn folder(at: u32, entries: &[Entry], name: impl Fn(&str) -> Vec<u8>) -> Option<Vec<u8>> {
    let mut out = record(&[0], at, 2048, true)?;
    out.extend(record(&[1], at, 2048, true)?);
    for entry in entries {
        out.extend(record(&name(&entry.name), entry.sector, entry.bytes, false)?);
    }
    padded(out)
}

fn record(name: &[u8], sector: u32, bytes: u32, is_folder: bool) -> Option<Vec<u8>> {
    let mut out = vec![0, 0];
    out.extend(both32(sector));
    out.extend(both32(bytes));
    // 1 January 2026, always.
    out.extend([126, 1, 1, 0, 0, 0, 0]);
    out.extend([if is_folder { 2 } else { 0 }, 0, 0]);
    out.extend(both16(1));
    out.push(u8::try_from(name.len()).ok()?);
    out.extend_from_slice(name);
    if out.len() % 2 == 1 {
        out.push(0);
    }
    let length = u8::try_from(out.len()).ok()?;
    if let Some(first) = out.first_mut() {
        *first = length;
    }
    Some(out)
}
