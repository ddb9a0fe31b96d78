//! Fields: label above, hint below it, error beside, tied together for screen
//! readers. What is not marked optional is required.

mod choices;

use hostwright_kernel::{Currency, Day, Money};
use leptos::prelude::*;

use super::{Choice, html};
use crate::page::{FormState, Page};

/// One field of a form.
#[derive(Debug, Clone)]
pub struct Field {
    name: String,
    label: String,
    kind: Kind,
    values: Vec<String>,
    hint: Option<String>,
    optional: bool,
    autocomplete: Option<&'static str>,
    placeholder: Option<String>,
    max_length: Option<u32>,
    range: (Option<String>, Option<String>),
    suffix: Option<String>,
    choices: Vec<Choice>,
    width: &'static str,
    focus: bool,
    disabled: bool,
    hide_label: bool,
    clears: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Input(&'static str),
    Number,
    Decimal,
    Area(u32),
    Select,
    Checkbox,
    Checkboxes,
    Radios,
    Cards,
    File { multiple: bool },
    Hidden,
}

impl Field {
    fn of(kind: Kind, name: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            kind,
            values: Vec::new(),
            hint: None,
            optional: false,
            autocomplete: None,
            placeholder: None,
            max_length: None,
            range: (None, None),
            suffix: None,
            choices: Vec::new(),
            width: "",
            focus: false,
            disabled: false,
            hide_label: false,
            clears: false,
        }
    }

    /// One line of text.
    #[must_use]
    pub fn text(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::of(Kind::Input("text"), name, label)
    }

    /// A mail address.
    #[must_use]
    pub fn email(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::of(Kind::Input("email"), name, label).autocomplete("email")
    }

    /// A password; never shown again after a refusal.
    #[must_use]
    pub fn password(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::of(Kind::Input("password"), name, label).autocomplete("current-password")
    }

    /// A telephone number.
    #[must_use]
    pub fn telephone(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::of(Kind::Input("tel"), name, label).autocomplete("tel")
    }

    /// A whole number.
    #[must_use]
    pub fn number(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::of(Kind::Number, name, label).short()
    }

    /// A number with decimals, typed and shown in the person's language; the
    /// action is given the canonical form (`1234.50`).
    #[must_use]
    pub fn decimal(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::of(Kind::Decimal, name, label).short()
    }

    /// An amount in a currency, typed in the person's language; the action is
    /// given the canonical form.
    #[must_use]
    pub fn money(name: impl Into<String>, label: impl Into<String>, currency: Currency) -> Self {
        Self::decimal(name, label).suffix(currency.code().to_owned())
    }

    /// A day; sent as 2026-05-03, shown by the browser as the person is used to.
    #[must_use]
    pub fn date(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::of(Kind::Input("date"), name, label).short()
    }

    /// A six-digit code from an app or a mail.
    #[must_use]
    pub fn one_time_code(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::of(Kind::Number, name, label).autocomplete("one-time-code").short()
    }

    /// Several lines of text.
    #[must_use]
    pub fn textarea(name: impl Into<String>, label: impl Into<String>, rows: u32) -> Self {
        Self::of(Kind::Area(rows), name, label)
    }

    /// One of many, in a closed list.
    #[must_use]
    pub fn select(name: impl Into<String>, label: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self { choices, ..Self::of(Kind::Select, name, label) }
    }

    /// One of a few, all visible.
    #[must_use]
    pub fn radios(name: impl Into<String>, label: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self { choices, ..Self::of(Kind::Radios, name, label) }
    }

    /// One of a few, each a card with detail and price.
    #[must_use]
    pub fn cards(name: impl Into<String>, label: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self { choices, ..Self::of(Kind::Cards, name, label) }
    }

    /// Yes or no; sends `yes`, or nothing.
    #[must_use]
    pub fn checkbox(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::of(Kind::Checkbox, name, label).optional()
    }

    /// Any number of a few.
    #[must_use]
    pub fn checkboxes(name: impl Into<String>, label: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self { choices, ..Self::of(Kind::Checkboxes, name, label) }.optional()
    }

    /// A file; make the form `multipart`.
    #[must_use]
    pub fn file(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::of(Kind::File { multiple: false }, name, label)
    }

    /// Any number of files; make the form `multipart`.
    #[must_use]
    pub fn files(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::of(Kind::File { multiple: true }, name, label).optional()
    }

    /// A value that a refusal must not lose but nobody sees.
    #[must_use]
    pub fn hidden(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::of(Kind::Hidden, name, String::new()).value(value)
    }

    /// What stands in the field at first, or which answer is chosen.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.values = vec![value.into()];
        self
    }

    /// What stands in the field at first, if anything.
    #[must_use]
    pub fn maybe(mut self, value: Option<impl Into<String>>) -> Self {
        self.values = value.into_iter().map(Into::into).collect();
        self
    }

    /// The answers that are chosen at first.
    #[must_use]
    pub fn values(mut self, values: Vec<String>) -> Self {
        self.values = values;
        self
    }

    /// The day at first.
    #[must_use]
    pub fn day(self, day: Day) -> Self {
        self.value(day.to_string())
    }

    /// The amount at first, as a canonical decimal.
    #[must_use]
    pub fn amount(self, amount: Money) -> Self {
        self.value(amount.decimal())
    }

    /// Whether the box is ticked at first.
    #[must_use]
    pub fn checked(mut self, checked: bool) -> Self {
        self.values = if checked { vec!["yes".to_owned()] } else { Vec::new() };
        self
    }

    /// What to write here, below the label.
    #[must_use]
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        self.hint = Some(text.into());
        self
    }

    /// May stay empty, and says so.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// The browser's word for what belongs here (`organization`, `new-password`).
    #[must_use]
    pub fn autocomplete(mut self, token: &'static str) -> Self {
        self.autocomplete = Some(token);
        self
    }

    /// An example inside the empty field. Never instead of a label.
    #[must_use]
    pub fn placeholder(mut self, text: impl Into<String>) -> Self {
        self.placeholder = Some(text.into());
        self
    }

    /// The most characters.
    #[must_use]
    pub fn max_length(mut self, characters: u32) -> Self {
        self.max_length = Some(characters);
        self
    }

    /// The smallest and the largest number or day.
    #[must_use]
    pub fn range(mut self, min: impl ToString, max: impl ToString) -> Self {
        self.range = (Some(min.to_string()), Some(max.to_string()));
        self
    }

    /// A unit at the end of the field (GiB, EUR).
    #[must_use]
    pub fn suffix(mut self, unit: impl Into<String>) -> Self {
        self.suffix = Some(unit.into());
        self
    }

    /// As wide as about ten characters.
    #[must_use]
    pub fn short(mut self) -> Self {
        self.width = "short";
        self
    }

    /// The cursor starts here. One per page.
    #[must_use]
    pub fn focus(mut self) -> Self {
        self.focus = true;
        self
    }

    /// An empty value is sent as such and empties what is there; without this an
    /// empty field counts as left out.
    #[must_use]
    pub fn clears(mut self) -> Self {
        self.clears = true;
        self
    }

    /// Shown, not editable, not sent.
    #[must_use]
    pub fn disabled(mut self) -> Self {
        self.disabled = true;
        self
    }

    /// The label is only for screen readers, where the place says enough.
    #[must_use]
    pub fn hide_label(mut self) -> Self {
        self.hide_label = true;
        self
    }

    pub(crate) fn render(self, page: &Page, form: &str, state: Option<&FormState>) -> AnyView {
        let id = format!("{form}-{}", super::slug(&self.name));
        let mut field = self;
        if let Some(state) = state {
            match field.kind {
                Kind::Input("password") | Kind::File { .. } => {}
                Kind::Checkbox | Kind::Checkboxes => {
                    field.values = state.values.get(&field.name).cloned().unwrap_or_default()
                }
                _ => {
                    if let Some(values) = state.values.get(&field.name) {
                        field.values = values.clone();
                    }
                }
            }
        } else if field.kind == Kind::Decimal {
            // Only a value of ours is canonical; what a person typed stays.
            field.values = field.values.iter().map(|value| page.decimal(value)).collect();
        }
        let errors: Vec<String> = state
            .into_iter()
            .flat_map(|state| &state.errors)
            .filter(|error| error.field.as_deref() == Some(field.name.as_str()))
            .map(|error| error.text.clone())
            .collect();
        let marks = [("_decimal", field.kind == Kind::Decimal), ("_clears", field.clears)];
        let marks: Vec<_> = marks
            .into_iter()
            .filter(|(_, set)| *set)
            .map(|(mark, _)| {
                let name = field.name.clone();
                html(view! { <input type="hidden" name=mark value=name/> })
            })
            .collect();
        let drawn = Drawn { field, id, errors, page }.draw();
        html(view! { {drawn}{marks} })
    }
}

/// A field that knows its id, its values and its errors.
struct Drawn<'a> {
    field: Field,
    id: String,
    errors: Vec<String>,
    page: &'a Page,
}

impl Drawn<'_> {
    fn draw(&self) -> AnyView {
        match self.field.kind {
            Kind::Hidden => html(view! { <input type="hidden" name=self.field.name.clone() value=self.first()/> }),
            Kind::Checkbox => self.checkbox(),
            Kind::Radios | Kind::Checkboxes | Kind::Cards => self.choices(),
            Kind::Input(_) | Kind::Number | Kind::Decimal | Kind::Area(_) | Kind::Select | Kind::File { .. } => {
                self.labelled()
            }
        }
    }

    fn first(&self) -> String {
        self.field.values.first().cloned().unwrap_or_default()
    }

    fn class(&self, kind: &str) -> String {
        let error = if self.errors.is_empty() { "" } else { " has-error" };
        format!("field {kind}{error}")
    }

    fn describedby(&self) -> Option<String> {
        let mut ids = Vec::new();
        if self.field.hint.is_some() {
            ids.push(format!("{}-hint", self.id));
        }
        if !self.errors.is_empty() {
            ids.push(format!("{}-error", self.id));
        }
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    fn invalid(&self) -> Option<&'static str> {
        (!self.errors.is_empty()).then_some("true")
    }

    fn hint(&self) -> AnyView {
        let id = format!("{}-hint", self.id);
        html(self.field.hint.clone().map(|hint| view! { <p class="hint" id=id>{hint}</p> }))
    }

    fn error(&self) -> AnyView {
        if self.errors.is_empty() {
            return super::nothing();
        }
        let id = format!("{}-error", self.id);
        html(view! { <p class="field-error" id=id>{self.errors.join(" ")}</p> })
    }

    fn optional_mark(&self) -> AnyView {
        let shown = self.field.optional && !matches!(self.field.kind, Kind::Checkbox | Kind::Checkboxes);
        html(shown.then(|| view! { <span class="optional">{format!(" {}", self.page.t("ui-optional"))}</span> }))
    }

    fn labelled(&self) -> AnyView {
        let label_class = if self.field.hide_label { "label sr" } else { "label" };
        let control = match self.field.kind {
            Kind::Area(rows) => self.area(rows),
            Kind::Select => self.select(),
            Kind::File { multiple } => self.file(multiple),
            Kind::Number => self.input("text", Some("numeric")),
            Kind::Decimal => self.input("text", Some("decimal")),
            Kind::Input(kind) => self.input(kind, None),
            Kind::Checkbox | Kind::Checkboxes | Kind::Radios | Kind::Cards | Kind::Hidden => super::nothing(),
        };
        let control = match &self.field.suffix {
            None => control,
            Some(unit) => html(
                view! { <span class="with-suffix">{control}<span class="suffix" aria-hidden="true">{unit.clone()}</span></span> },
            ),
        };
        // The unit is part of the name for those who do not see it beside the field.
        let unit = self.field.suffix.clone().map(|unit| view! { <span class="sr">{format!(" ({unit})")}</span> });
        html(view! {
            <div class=self.class(self.field.width)>
                <label class=label_class for=self.id.clone()>{self.field.label.clone()}{unit}{self.optional_mark()}</label>
                {self.hint()}
                {control}
                {self.error()}
            </div>
        })
    }

    fn input(&self, kind: &'static str, inputmode: Option<&'static str>) -> AnyView {
        let field = &self.field;
        let value = (kind != "password").then(|| self.first());
        html(view! {
            <input
                type=kind
                id=self.id.clone()
                name=field.name.clone()
                value=value
                inputmode=inputmode
                required=!field.optional
                disabled=field.disabled
                autofocus=field.focus
                autocomplete=field.autocomplete.or((kind == "text").then_some("off"))
                placeholder=field.placeholder.clone()
                maxlength=field.max_length.map(|n| n.to_string())
                min=field.range.0.clone()
                max=field.range.1.clone()
                aria-describedby=self.describedby()
                aria-invalid=self.invalid()
            />
        })
    }

    fn area(&self, rows: u32) -> AnyView {
        let field = &self.field;
        // The parser drops the first line feed of a textarea. The template engine
        // does not escape text inside one, so that is done here.
        let text = super::markup(super::escape(&format!("\n{}", self.first())));
        html(view! {
            <textarea
                id=self.id.clone()
                name=field.name.clone()
                rows=rows.to_string()
                required=!field.optional
                disabled=field.disabled
                autofocus=field.focus
                placeholder=field.placeholder.clone()
                maxlength=field.max_length.map(|n| n.to_string())
                aria-describedby=self.describedby()
                aria-invalid=self.invalid()
            >{text}</textarea>
        })
    }

    fn select(&self) -> AnyView {
        let field = &self.field;
        let chosen = self.first();
        let blank = (chosen.is_empty() && !field.choices.iter().any(|choice| choice.value.is_empty())).then(|| {
            view! { <option value="" selected=true>{self.page.t("ui-choose")}</option> }
        });
        let options: Vec<_> = field
            .choices
            .iter()
            .map(|choice| {
                let text = choice
                    .detail
                    .as_ref()
                    .map_or_else(|| choice.label.clone(), |detail| format!("{} \u{2013} {detail}", choice.label));
                view! {
                    <option value=choice.value.clone() selected=choice.value == chosen && !(chosen.is_empty() && blank.is_some()) disabled=choice.disabled>{text}</option>
                }
            })
            .collect();
        html(view! {
            <span class="select"><select
                id=self.id.clone()
                name=field.name.clone()
                required=!field.optional
                disabled=field.disabled
                autofocus=field.focus
                autocomplete=field.autocomplete
                aria-describedby=self.describedby()
                aria-invalid=self.invalid()
            >{blank}{options}</select></span>
        })
    }

    fn file(&self, multiple: bool) -> AnyView {
        html(view! {
            <input
                type="file"
                id=self.id.clone()
                name=self.field.name.clone()
                multiple=multiple
                required=!self.field.optional
                aria-describedby=self.describedby()
                aria-invalid=self.invalid()
            />
        })
    }

    fn checkbox(&self) -> AnyView {
        let field = &self.field;
        html(view! {
            <div class=self.class("check")>
                <div class="check-line">
                    <input
                        type="checkbox"
                        id=self.id.clone()
                        name=field.name.clone()
                        value="yes"
                        checked=!field.values.is_empty()
                        disabled=field.disabled
                        aria-describedby=self.describedby()
                        aria-invalid=self.invalid()
                    />
                    <label for=self.id.clone()>{field.label.clone()}</label>
                </div>
                {self.hint()}
                {self.error()}
            </div>
        })
    }
}
