//! Forms: one column, values survive a refusal, errors beside their fields.
//! The summary of errors above the content is drawn by the shell.

use leptos::prelude::*;

use super::{Field, Look, Piece, html, nothing, slug};
use crate::page::{FormState, Page};

/// A form that runs one action. Not shown to people who may not run it.
#[derive(Debug)]
pub struct Form<'a> {
    page: &'a Page,
    action: String,
    suffix: Option<String>,
    hidden: Vec<(String, String)>,
    then: Option<String>,
    items: Vec<Item>,
    submit: String,
    look: Look,
    second: Option<(String, String, String)>,
    cancel: Option<(String, String)>,
    multipart: bool,
    inline: bool,
}

#[derive(Debug)]
enum Item {
    Field(Box<Field>),
    Group { legend: String, hint: Option<String>, fields: Vec<Field> },
    Row(Vec<Field>),
    Piece(AnyView),
}

impl<'a> Form<'a> {
    /// A form for an action such as `customers.create`; the button says Save
    /// until [`submit`](Self::submit) names it.
    #[must_use]
    pub fn new(page: &'a Page, action: impl Into<String>) -> Self {
        Self {
            page,
            action: action.into(),
            suffix: None,
            hidden: Vec::new(),
            then: None,
            items: Vec::new(),
            submit: page.t("ui-save"),
            look: Look::Primary,
            second: None,
            cancel: None,
            multipart: false,
            inline: false,
        }
    }

    /// Tells two forms of the same action on one page apart. Not needed where
    /// their hidden values differ.
    #[must_use]
    pub fn id(mut self, suffix: impl Into<String>) -> Self {
        self.suffix = Some(suffix.into());
        self
    }

    /// Input that the person does not see.
    #[must_use]
    pub fn hidden(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.hidden.push((name.into(), value.into()));
        self
    }

    /// Where to go afterwards; this page when not said. `{id}` becomes the id of
    /// the result.
    #[must_use]
    pub fn then(mut self, path: impl Into<String>) -> Self {
        self.then = Some(path.into());
        self
    }

    /// One field.
    #[must_use]
    pub fn field(mut self, field: Field) -> Self {
        self.items.push(Item::Field(Box::new(field)));
        self
    }

    /// Fields side by side, where they are read as one thing (postcode, city).
    /// Below each other on a phone.
    #[must_use]
    pub fn row(mut self, fields: Vec<Field>) -> Self {
        self.items.push(Item::Row(fields));
        self
    }

    /// Fields under a heading of their own.
    #[must_use]
    pub fn group(mut self, legend: impl Into<String>, hint: Option<String>, fields: Vec<Field>) -> Self {
        self.items.push(Item::Group { legend: legend.into(), hint, fields });
        self
    }

    /// Anything else between the fields, such as the price before the button.
    #[must_use]
    pub fn piece(mut self, piece: impl Piece) -> Self {
        self.items.push(Item::Piece(piece.view()));
        self
    }

    /// What the button says: the verb of the action.
    #[must_use]
    pub fn submit(mut self, label: impl Into<String>) -> Self {
        self.submit = label.into();
        self
    }

    /// A second button that sends one more value (save and send).
    #[must_use]
    pub fn second(mut self, label: impl Into<String>, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.second = Some((label.into(), name.into(), value.into()));
        self
    }

    /// A way out beside the button.
    #[must_use]
    pub fn cancel(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.cancel = Some((label.into(), href.into()));
        self
    }

    /// The button warns that something is lost.
    #[must_use]
    pub fn danger(mut self) -> Self {
        self.look = Look::Danger;
        self
    }

    /// How loud the button is.
    #[must_use]
    pub fn look(mut self, look: Look) -> Self {
        self.look = look;
        self
    }

    /// The form carries files.
    #[must_use]
    pub fn multipart(mut self) -> Self {
        self.multipart = true;
        self
    }

    /// Everything in one line, for short forms beside a list.
    #[must_use]
    pub fn inline(mut self) -> Self {
        self.inline = true;
        self
    }

    pub(crate) fn render(self) -> AnyView {
        let page = self.page;
        if !page.may(&self.action) {
            return nothing();
        }
        let id = FormId::new(&self.action, self.suffix.as_deref(), &self.hidden);
        let state = id.refused(page);
        let hidden = envelope(page, &id, &self.hidden, self.then.as_deref());
        let items: Vec<AnyView> = self
            .items
            .into_iter()
            .map(|item| match item {
                Item::Field(field) => field.render(page, &id.0, state),
                Item::Piece(piece) => piece,
                Item::Row(fields) => {
                    let fields: Vec<_> = fields.into_iter().map(|field| field.render(page, &id.0, state)).collect();
                    html(view! { <div class="field-row">{fields}</div> })
                }
                Item::Group { legend, hint, fields } => {
                    let fields: Vec<_> = fields.into_iter().map(|field| field.render(page, &id.0, state)).collect();
                    let hint = hint.map(|hint| view! { <p class="hint">{hint}</p> });
                    html(view! { <fieldset class="group"><legend>{legend}</legend>{hint}{fields}</fieldset> })
                }
            })
            .collect();
        let whole: Vec<_> = state
            .into_iter()
            .flat_map(|state| &state.errors)
            .filter(|error| error.field.is_none())
            .map(|error| view! { <p class="field-error">{error.text.clone()}</p> })
            .collect();
        let second = self.second.map(|(label, name, value)| {
            view! { <button type="submit" class="button" name=name value=value>{label}</button> }
        });
        let cancel = self.cancel.map(|(label, href)| view! { <a class="button quiet" href=href>{label}</a> });
        html(view! {
            <form
                class=if self.inline { "form inline" } else { "form" }
                method="post"
                action=format!("/do/{}", self.action)
                id=id.0.clone()
                enctype=self.multipart.then_some("multipart/form-data")
                novalidate=true
            >
                {hidden}
                {items}
                {whole}
                <div class="form-end">
                    <button type="submit" class=self.look.class()>{self.submit}</button>
                    {second}
                    {cancel}
                </div>
            </form>
        })
    }
}

/// The id of a form on its page: the same before and after a refusal.
#[derive(Debug, Clone)]
pub(crate) struct FormId(pub(crate) String);

impl FormId {
    pub(crate) fn new(action: &str, suffix: Option<&str>, hidden: &[(String, String)]) -> Self {
        let mut id = slug(action);
        match suffix {
            Some(suffix) => id = format!("{id}-{}", slug(suffix)),
            None => {
                for (_, value) in hidden.iter().filter(|(_, value)| value.len() <= 64) {
                    id = format!("{id}-{}", slug(value));
                }
            }
        }
        Self(id)
    }

    /// What was typed into this very form, when it was refused.
    pub(crate) fn refused<'a>(&self, page: &'a Page) -> Option<&'a FormState> {
        page.form.as_ref().filter(|state| match state.value("_form") {
            Some(form) => form == self.0,
            None => self.0.starts_with(&slug(&state.action)),
        })
    }
}

/// The hidden fields that every form carries.
pub(crate) fn envelope(page: &Page, id: &FormId, hidden: &[(String, String)], then: Option<&str>) -> AnyView {
    let then = then.map(|path| view! { <input type="hidden" name="_then" value=path.to_owned()/> });
    let hidden: Vec<_> = hidden
        .iter()
        .map(|(name, value)| view! { <input type="hidden" name=name.clone() value=value.clone()/> })
        .collect();
    html(view! {
        <input type="hidden" name="_csrf" value=page.csrf.clone()/>
        <input type="hidden" name="_page" value=page.path.clone()/>
        <input type="hidden" name="_form" value=id.0.clone()/>
        {then}
        {hidden}
    })
}
