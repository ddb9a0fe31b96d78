//! An embedded font: its glyphs, their widths, and the part that is used.

use std::collections::BTreeMap;

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Finish, Name, Pdf, Rect, Ref, Str};
use subsetter::GlyphRemapper;
use ttf_parser::{Face, GlyphId};

use super::super::error::{Error, Result};

/// What a letter that the font lacks is printed as.
const UNKNOWN: char = '\u{25A1}';
/// The names under which the collection of glyphs is known to readers.
const SYSTEM: SystemInfo<'static> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// A font and the glyphs used of it so far.
pub(super) struct Font {
    name: &'static str,
    data: &'static [u8],
    face: Face<'static>,
    remapper: GlyphRemapper,
    used: BTreeMap<u16, (char, u16)>,
}

impl Font {
    /// The font for text.
    pub(super) fn regular() -> Result<Self> {
        Self::open("HWTEXT+DejaVuSansCondensed", dejavu::sans_condensed::regular())
    }

    /// The font for headings and sums.
    pub(super) fn bold() -> Result<Self> {
        Self::open("HWBOLD+DejaVuSansCondensed-Bold", dejavu::sans_condensed::bold())
    }

    fn open(name: &'static str, data: &'static [u8]) -> Result<Self> {
        Ok(Self {
            name,
            data,
            face: Face::parse(data, 0).map_err(Error::internal)?,
            remapper: GlyphRemapper::new(),
            used: BTreeMap::new(),
        })
    }

    /// How wide a text is at a size, in points.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|c| self.advance(self.glyph(c).0)).sum::<f32>() * size / 1000.0
    }

    /// The text as the codes of its glyphs, which from now on are embedded.
    pub(super) fn encode(&mut self, text: &str) -> Vec<u8> {
        let mut codes = Vec::with_capacity(text.len().saturating_mul(2));
        for c in text.chars() {
            let (glyph, shown) = self.glyph(c);
            let code = self.remapper.remap(glyph.0);
            self.used.insert(code, (shown, glyph.0));
            codes.extend(code.to_be_bytes());
        }
        codes
    }

    fn glyph(&self, c: char) -> (GlyphId, char) {
        // A hyphen that does not break and a space that does not break look like
        // the plain ones.
        let plain = match c {
            '\u{2011}' => '-',
            c if c.is_whitespace() => ' ',
            c => c,
        };
        self.face
            .glyph_index(plain)
            .map(|glyph| (glyph, plain))
            .or_else(|| self.face.glyph_index(UNKNOWN).map(|glyph| (glyph, UNKNOWN)))
            .unwrap_or((GlyphId(0), UNKNOWN))
    }

    /// The advance of a glyph in thousandths of the size.
    fn advance(&self, glyph: GlyphId) -> f32 {
        let units = f32::from(self.face.units_per_em());
        f32::from(self.face.glyph_hor_advance(glyph).unwrap_or_default()) * 1000.0 / units
    }

    /// Writes the used part as a composite font under `id`; takes four more ids.
    pub(super) fn embed(&self, pdf: &mut Pdf, id: Ref, next: &mut Ref) -> Result<()> {
        let (cid, descriptor, file, cmap) = (next.bump(), next.bump(), next.bump(), next.bump());
        let name = Name(self.name.as_bytes());
        let units = f32::from(self.face.units_per_em());
        let scaled = |value: i16| f32::from(value) * 1000.0 / units;

        pdf.type0_font(id)
            .base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(cid)
            .to_unicode(cmap);

        let mut font = pdf.cid_font(cid);
        font.subtype(CidFontType::Type2)
            .base_font(name)
            .system_info(SYSTEM)
            .font_descriptor(descriptor)
            .default_width(0.0)
            .cid_to_gid_map_predefined(Name(b"Identity"));
        let mut widths = font.widths();
        for (code, (_, glyph)) in &self.used {
            widths.consecutive(*code, [self.advance(GlyphId(*glyph))]);
        }
        widths.finish();
        font.finish();

        let bounds = self.face.global_bounding_box();
        pdf.font_descriptor(descriptor)
            .name(name)
            .flags(FontFlags::SYMBOLIC)
            .bbox(Rect::new(scaled(bounds.x_min), scaled(bounds.y_min), scaled(bounds.x_max), scaled(bounds.y_max)))
            .italic_angle(0.0)
            .ascent(scaled(self.face.ascender()))
            .descent(scaled(self.face.descender()))
            .cap_height(scaled(self.face.capital_height().unwrap_or(self.face.ascender())))
            .stem_v(80.0)
            .font_file2(file);

        let subset = subsetter::subset(self.data, 0, &self.remapper).map_err(Error::internal)?;
        pdf.stream(file, &subset).pair(Name(b"Length1"), i32::try_from(subset.len()).map_err(Error::internal)?);

        let mut unicode = UnicodeCmap::<u16>::new(Name(b"Text"), SYSTEM);
        for (code, (c, _)) in &self.used {
            unicode.pair(*code, *c);
        }
        pdf.cmap(cmap, &unicode.finish());
        Ok(())
    }
}
