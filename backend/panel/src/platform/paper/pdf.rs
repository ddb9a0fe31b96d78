//! Pages: texts and lines at places, in points from the upper left corner.

use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use super::super::error::{Error, Result};
use super::font::Font;

/// Width of A4.
pub(crate) const WIDTH: f32 = 595.28;
/// Height of A4.
pub(crate) const HEIGHT: f32 = 841.89;

/// Which of the two fonts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    /// For text.
    Regular,
    /// For headings and sums.
    Bold,
}

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    pub(crate) weight: Weight,
    /// In points.
    pub(crate) size: f32,
    /// 0 is black, 1 is white.
    pub(crate) gray: f32,
}

/// A document that grows page by page.
pub(crate) struct Paper {
    regular: Font,
    bold: Font,
    pages: Vec<Content>,
}

/// What readers show about a document.
pub(crate) struct About<'a> {
    pub(crate) title: &'a str,
    pub(crate) author: &'a str,
    pub(crate) language: &'a str,
}

impl Paper {
    /// A document with one empty page.
    pub(crate) fn new() -> Result<Self> {
        Ok(Self { regular: Font::regular()?, bold: Font::bold()?, pages: vec![Content::new()] })
    }

    /// Begins another page.
    pub(crate) fn turn(&mut self) {
        self.pages.push(Content::new());
    }

    /// How many pages there are.
    pub(crate) fn count(&self) -> usize {
        self.pages.len()
    }

    fn font(&self, weight: Weight) -> &Font {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    /// How wide a text is.
    pub(crate) fn width(&self, text: &str, style: Style) -> f32 {
        self.font(style.weight).width(text, style.size)
    }

    /// Writes on the last page; `y` is the line on which the letters stand.
    pub(crate) fn write(&mut self, x: f32, y: f32, text: &str, style: Style) {
        let last = self.count().saturating_sub(1);
        self.write_on(last, x, y, text, style);
    }

    /// Writes so that the text ends at `right`.
    pub(crate) fn write_right(&mut self, right: f32, y: f32, text: &str, style: Style) {
        let x = right - self.width(text, style);
        self.write(x, y, text, style);
    }

    /// Writes on a page by its index.
    pub(crate) fn write_on(&mut self, page: usize, x: f32, y: f32, text: &str, style: Style) {
        let (font, name) = match style.weight {
            Weight::Regular => (&mut self.regular, Name(b"F1")),
            Weight::Bold => (&mut self.bold, Name(b"F2")),
        };
        let codes = font.encode(text);
        if let Some(content) = self.pages.get_mut(page) {
            content.set_fill_gray(style.gray);
            content.begin_text();
            content.set_font(name, style.size);
            content.set_text_matrix([1.0, 0.0, 0.0, 1.0, x, HEIGHT - y]);
            content.show(Str(&codes));
            content.end_text();
        }
    }

    /// Draws a level line on the last page.
    pub(crate) fn rule(&mut self, left: f32, right: f32, y: f32, gray: f32) {
        if let Some(content) = self.pages.last_mut() {
            content.set_stroke_gray(gray);
            content.set_line_width(0.6);
            content.move_to(left, HEIGHT - y);
            content.line_to(right, HEIGHT - y);
            content.stroke();
        }
    }

    /// A text broken into lines that fit; a word that is too long is cut.
    pub(crate) fn wrapped(&self, text: &str, style: Style, room: f32) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        for word in text.split_whitespace() {
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if self.width(&longer, style) <= room {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            for c in word.chars() {
                line.push(c);
                if self.width(&line, style) > room {
                    line.pop();
                    lines.push(std::mem::take(&mut line));
                    line.push(c);
                }
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
        lines
    }

    /// The file.
    pub(crate) fn finish(self, about: &About<'_>) -> Result<Vec<u8>> {
        let mut next = Ref::new(1);
        let (catalog, tree, info, regular, bold) = (next.bump(), next.bump(), next.bump(), next.bump(), next.bump());
        let mut pdf = Pdf::new();
        pdf.catalog(catalog).pages(tree).lang(TextStr(about.language));
        pdf.document_info(info)
            .title(TextStr(about.title))
            .author(TextStr(about.author))
            .producer(TextStr("Hostwright"));
        self.regular.embed(&mut pdf, regular, &mut next)?;
        self.bold.embed(&mut pdf, bold, &mut next)?;
        let mut kids = Vec::with_capacity(self.pages.len());
        for content in self.pages {
            let (page, stream) = (next.bump(), next.bump());
            kids.push(page);
            let mut written = pdf.page(page);
            written.parent(tree).media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT)).contents(stream);
            written.resources().fonts().pair(Name(b"F1"), regular).pair(Name(b"F2"), bold);
            written.finish();
            pdf.stream(stream, &content.finish());
        }
        let count = i32::try_from(kids.len()).map_err(Error::internal)?;
        pdf.pages(tree).kids(kids).count(count);
        Ok(pdf.finish())
    }
}
