//! Renders mails. A place that the link takes is marked, because the panel's
//! address and a link's token are put in only when the mail is sent or shown.

use std::fmt::Write;
use std::sync::OnceLock;

use crate::notifications::model::{MailKind, NewMail};
use crate::platform::error::{Error, Result};
use crate::platform::texts::{FluentValue, Locale, Texts};

/// Stands for the link. No value can contain it: values are cleaned of it.
const LINK_MARK: char = '\u{fffc}';
/// Characters of a value that stands within a line.
const VALUE_MAX: usize = 200;
/// Characters of the value `message`, which may have several lines.
const MESSAGE_MAX: usize = 4_000;
/// Characters of a subject.
const SUBJECT_MAX: usize = 200;
/// What is shown in place of a one-time token.
const MASK: &str = "\u{2022}\u{2022}\u{2022}\u{2022}\u{2022}\u{2022}\u{2022}\u{2022}";

/// The words of a mail, with the link's place marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// One line.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part: a whole document.
    pub html: String,
}

/// The texts of this binary.
///
/// # Errors
/// When a text file is broken, which a test prevents.
pub fn texts() -> Result<&'static Texts> {
    static TEXTS: OnceLock<Texts> = OnceLock::new();
    if let Some(texts) = TEXTS.get() {
        return Ok(texts);
    }
    let texts = Texts::embedded().map_err(Error::internal)?;
    Ok(TEXTS.get_or_init(|| texts))
}

impl Written {
    /// Writes a mail in its recipient's language.
    ///
    /// # Errors
    /// Internal when a value is missing that the kind's words ask for.
    pub fn of(mail: &NewMail, has_link: bool) -> Result<Self> {
        let texts = texts()?;
        let locale: Locale = mail.locale.parse().unwrap_or_default();
        let kind = mail.kind;
        let values = values(kind, &mail.args)?;
        let args: Vec<(&str, FluentValue<'_>)> =
            values.iter().map(|(name, value)| (*name, FluentValue::from(value.as_str()))).collect();
        let read = |part: &str| texts.get_with(locale, &format!("mail-{kind}-{part}"), &args);
        let subject = shortened(&one_line(&read("subject")), SUBJECT_MAX);
        let body = read("body");
        let action = has_link.then(|| read("action"));
        let footer = texts.get(locale, "mail-footer");
        Ok(Self {
            text: text_part(&body, action.as_deref(), &footer),
            html: html_part(locale, &subject, &body, action.as_deref(), &footer),
            subject,
        })
    }
}

/// Puts the link into a text part.
#[must_use]
pub fn linked_text(text: &str, url: &str) -> String {
    text.replace(LINK_MARK, url)
}

/// Puts the link into an HTML part.
#[must_use]
pub fn linked_html(html: &str, url: &str) -> String {
    html.replace(LINK_MARK, &escaped(url))
}

/// The whole link of a mail; the token is masked where none is given.
#[must_use]
pub fn url(public_url: &str, path: &str, one_time: bool, token: Option<&str>) -> String {
    let token = match (one_time, token) {
        (false, _) => "",
        (true, Some(token)) => token,
        (true, None) => MASK,
    };
    format!("{public_url}{path}{token}")
}

/// The values that the words of this kind ask for, cleaned.
fn values(kind: MailKind, given: &[(String, String)]) -> Result<Vec<(&'static str, String)>> {
    kind.args()
        .iter()
        .map(|name| {
            let (_, value) = given
                .iter()
                .find(|(given, _)| given == name)
                .ok_or_else(|| Error::internal(format!("a mail '{kind}' was queued without '{name}'")))?;
            let cleaned = if *name == "message" {
                shortened(&several_lines(value), MESSAGE_MAX)
            } else {
                shortened(&one_line(value), VALUE_MAX)
            };
            Ok((*name, cleaned))
        })
        .collect()
}

fn one_line(text: &str) -> String {
    let spaced: String =
        text.chars().map(|c| if c.is_control() || c == LINK_MARK || is_turning(c) { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn several_lines(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .filter(|c| (!c.is_control() || matches!(c, '\n' | '\t')) && *c != LINK_MARK && !is_turning(*c))
        .collect()
}

/// Characters that turn the writing direction of what follows, or split lines.
fn is_turning(c: char) -> bool {
    matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn shortened(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let kept: String = text.chars().take(max.saturating_sub(1)).collect();
    format!("{}\u{2026}", kept.trim_end())
}

fn text_part(body: &str, action: Option<&str>, footer: &str) -> String {
    let mut text = body.trim_end().to_owned();
    if let Some(action) = action {
        let _infallible = write!(text, "\n\n{action}:\n{LINK_MARK}");
    }
    let _infallible = write!(text, "\n\n-- \n{footer}\n");
    text
}

/// One column, system fonts, readable without images and in the dark. A table
/// holds the width, for mail programs know little else.
fn html_part(locale: Locale, title: &str, body: &str, action: Option<&str>, footer: &str) -> String {
    let mut content = String::new();
    for paragraph in body.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
        let lines = escaped(paragraph).replace('\n', "<br>\n");
        let _infallible = writeln!(content, "<p style=\"margin:0 0 16px\">{lines}</p>");
    }
    if let Some(action) = action {
        let action = escaped(action);
        let _infallible = writeln!(
            content,
            "<p style=\"margin:24px 0\"><a href=\"{LINK_MARK}\" style=\"display:inline-block;padding:12px 20px;\
             border-radius:6px;background:#1d4ed8;color:#ffffff;font-weight:600;text-decoration:none\">{action}</a></p>\n\
             <p style=\"margin:0 0 16px;font-size:13px;word-break:break-all\"><a href=\"{LINK_MARK}\" \
             style=\"color:inherit\">{LINK_MARK}</a></p>"
        );
    }
    let (lang, title, footer) = (locale.tag(), escaped(title), escaped(footer));
    format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n</head>\n\
         <body style=\"margin:0;padding:0\">\n\
         <table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\"><tr>\
         <td align=\"center\" style=\"padding:24px 16px\">\n\
         <table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" \
         style=\"max-width:560px\"><tr>\
         <td align=\"left\" style=\"font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;font-size:15px;\
         line-height:1.5\">\n\
         <h1 style=\"margin:0 0 16px;font-size:18px;line-height:1.3\">{title}</h1>\n{content}\
         <p style=\"margin:32px 0 0;padding-top:12px;border-top:1px solid #8a8f98;font-size:13px\">{footer}</p>\n\
         </td></tr></table>\n</td></tr></table>\n</body>\n</html>\n"
    )
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
