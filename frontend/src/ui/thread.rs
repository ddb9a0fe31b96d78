//! A conversation: who wrote what, and what only staff may read.

use hostwright_kernel::Instant;
use leptos::prelude::*;

use super::{Piece, html};
use crate::page::Page;

/// Whose voice a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    /// The customer wrote it.
    Customer,
    /// Staff wrote it to the customer.
    Staff,
    /// Staff wrote it to themselves; the customer never sees it.
    Internal,
}

/// A file that came with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name.
    pub name: String,
    /// Its size in words (`12 KiB`).
    pub size: String,
    /// Where it can be had.
    pub href: String,
}

/// One message.
#[derive(Debug)]
pub struct Message {
    kind: MessageKind,
    who: String,
    at: Instant,
    text: String,
    attachments: Vec<Attachment>,
    id: Option<String>,
}

impl Message {
    /// A message in plain text; blank lines part paragraphs.
    #[must_use]
    pub fn new(kind: MessageKind, who: impl Into<String>, at: Instant, text: impl Into<String>) -> Self {
        Self { kind, who: who.into(), at, text: text.into(), attachments: Vec::new(), id: None }
    }

    /// A file that came with it.
    #[must_use]
    pub fn attachment(mut self, attachment: Attachment) -> Self {
        self.attachments.push(attachment);
        self
    }

    /// The anchor of this message.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }
}

/// Messages, oldest first.
#[derive(Debug)]
pub struct Thread<'a> {
    page: &'a Page,
    messages: Vec<Message>,
}

impl<'a> Thread<'a> {
    /// No message yet.
    #[must_use]
    pub fn new(page: &'a Page) -> Self {
        Self { page, messages: Vec::new() }
    }

    /// The next message.
    #[must_use]
    pub fn message(mut self, message: Message) -> Self {
        self.messages.push(message);
        self
    }

    /// All messages.
    #[must_use]
    pub fn messages(mut self, messages: impl IntoIterator<Item = Message>) -> Self {
        self.messages.extend(messages);
        self
    }

    pub(crate) fn render(self) -> AnyView {
        let page = self.page;
        let messages: Vec<AnyView> = self.messages.into_iter().map(|message| draw(page, message)).collect();
        html(view! { <div class="thread">{messages}</div> })
    }
}

fn draw(page: &Page, message: Message) -> AnyView {
    let (class, mark) = match message.kind {
        MessageKind::Customer => ("message customer", None),
        MessageKind::Staff => ("message staff", Some(page.t("ui-message-staff"))),
        MessageKind::Internal => ("message internal", Some(page.t("ui-message-internal"))),
    };
    let mark = mark.map(|mark| view! { <span class="message-mark">{mark}</span> });
    let paragraphs: Vec<AnyView> = message
        .text
        .replace("\r\n", "\n")
        .split("\n\n")
        .filter(|paragraph| !paragraph.trim().is_empty())
        .map(|paragraph| html(view! { <p>{paragraph.trim_matches('\n').to_owned()}</p> }))
        .collect();
    let files: Vec<_> = message
        .attachments
        .into_iter()
        .map(|file| view! { <li><a href=file.href>{file.name}</a><span class="muted">{format!(" {}", file.size)}</span></li> })
        .collect();
    let files = (!files.is_empty())
        .then(|| view! { <ul class="message-files" aria-label=page.t("ui-attachments")>{files}</ul> });
    html(view! {
        <article class=class id=message.id>
            <header><strong>{message.who}</strong>{mark}<time datetime=message.at.to_string()>{page.instant(message.at)}</time></header>
            <div class="message-text">{paragraphs.view()}</div>
            {files}
        </article>
    })
}
