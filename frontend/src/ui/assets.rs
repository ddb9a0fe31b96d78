//! The style sheet, scripts and icons, as part of the binary.
//!
//! The server answers `/assets/<version>/<name>` with [`get`]; as the version
//! changes with the content, answers may be kept by browsers for ever.

use std::borrow::Cow;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::OnceLock;

use include_dir::{Dir, include_dir};

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../assets");

/// A file for the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Its media type.
    pub media_type: &'static str,
    /// Its content.
    pub bytes: Cow<'static, [u8]>,
}

/// An asset by its name below `/assets/<version>/`; None for anything that
/// browsers have no business with. `brand/<six hex digits>.css` is made from the
/// colour.
#[must_use]
pub fn get(name: &str) -> Option<Asset> {
    if let Some(accent) = name.strip_prefix("brand/").and_then(|rest| rest.strip_suffix(".css")) {
        return Some(Asset {
            media_type: "text/css; charset=utf-8",
            bytes: Cow::Owned(brand_css(accent)?.into_bytes()),
        });
    }
    let file = EMBEDDED.get_file(name)?;
    let media_type = match name.rsplit('.').next()? {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        _ => return None,
    };
    Some(Asset { media_type, bytes: Cow::Borrowed(file.contents()) })
}

/// A word that changes with the content of any asset.
#[must_use]
pub fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let mut hasher = DefaultHasher::new();
        hash_dir(&EMBEDDED, &mut hasher);
        format!("{:016x}", hasher.finish())
    })
}

fn hash_dir(dir: &Dir<'_>, hasher: &mut DefaultHasher) {
    for file in dir.files() {
        file.path().hash(hasher);
        file.contents().hash(hasher);
    }
    for dir in dir.dirs() {
        hash_dir(dir, hasher);
    }
}

/// The provider's accent for light and dark pages, moved towards black or white
/// until text in it, and white on it, reaches a contrast of 4.5.
fn brand_css(accent: &str) -> Option<String> {
    let given = Colour::parse(accent)?;
    let solid = given.until_contrast(Colour::WHITE, Colour::BLACK);
    let on_dark = given.until_contrast(Colour::DARK_PAGE, Colour::WHITE);
    Some(format!(
        ":root{{--accent:light-dark({solid},{on_dark});--accent-solid:{solid};--accent-hover:{}}}\n",
        solid.mix(Colour::BLACK, 15),
    ))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Colour([u8; 3]);

impl Colour {
    const WHITE: Self = Self([255; 3]);
    const BLACK: Self = Self([0; 3]);
    /// The raised surface of dark pages, the lightest that accent text stands on.
    const DARK_PAGE: Self = Self([0x2c, 0x32, 0x3b]);

    fn parse(hex: &str) -> Option<Self> {
        if hex.len() != 6 || !hex.is_ascii() {
            return None;
        }
        let part = |range| u8::from_str_radix(hex.get(range)?, 16).ok();
        Some(Self([part(0..2)?, part(2..4)?, part(4..6)?]))
    }

    fn mix(self, other: Self, percent: u32) -> Self {
        let Self([r, g, b]) = self;
        let Self([or, og, ob]) = other;
        let mix = |own: u8, other: u8| {
            let sum = u32::from(own) * (100 - percent) + u32::from(other) * percent;
            u8::try_from(sum / 100).unwrap_or(u8::MAX)
        };
        Self([mix(r, or), mix(g, og), mix(b, ob)])
    }

    fn until_contrast(self, against: Self, towards: Self) -> Self {
        (0..=100)
            .step_by(4)
            .map(|percent| self.mix(towards, percent))
            .find(|colour| colour.contrast(against) >= 4.6)
            .unwrap_or(towards)
    }

    /// The contrast ratio of WCAG 2.
    fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn luminance(self) -> f64 {
        let Self([r, g, b]) = self;
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    }
}

impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self([r, g, b]) = self;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn any_accent_of_a_provider_stays_readable() {
        for accent in ["ffff00", "000000", "ffffff", "808080", "2456d6", "00ff88"] {
            let given = Colour::parse(accent).unwrap();
            assert!(given.until_contrast(Colour::WHITE, Colour::BLACK).contrast(Colour::WHITE) >= 4.5);
            assert!(given.until_contrast(Colour::DARK_PAGE, Colour::WHITE).contrast(Colour::DARK_PAGE) >= 4.5);
        }
        assert!(get("brand/2456d6.css").is_some());
        assert!(get("brand/nothex.css").is_none());
    }

    #[test]
    fn the_page_finds_its_style_sheet_and_script() {
        for name in ["css/hostwright.css", "js/main.js", "icons/favicon.svg"] {
            assert!(get(name).is_some(), "{name}");
        }
        assert!(get("../Cargo.toml").is_none());
    }
}
