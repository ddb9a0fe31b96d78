//! Fields with a few answers to choose from.

use leptos::prelude::*;

use super::*;

impl Drawn<'_> {
    /// A group of answers. The first carries the id that the error summary
    /// points to, so that a jump lands on something that can be used.
    pub(super) fn choices(&self) -> AnyView {
        let field = &self.field;
        let kind = if field.kind == Kind::Checkboxes { "checkbox" } else { "radio" };
        let options: Vec<_> = field
            .choices
            .iter()
            .enumerate()
            .map(|(index, choice)| {
                let id = if index == 0 { self.id.clone() } else { format!("{}-{index}", self.id) };
                let detail_id = format!("{id}-detail");
                let described = choice.detail.is_some().then(|| detail_id.clone());
                let detail = choice
                    .detail
                    .clone()
                    .map(|detail| view! { <span class="choice-detail" id=detail_id>{detail}</span> });
                let aside = choice.aside.clone().map(|aside| view! { <span class="choice-aside">{aside}</span> });
                view! {
                    <div class="choice">
                        <input
                            type=kind
                            id=id.clone()
                            name=field.name.clone()
                            value=choice.value.clone()
                            checked=field.values.contains(&choice.value)
                            disabled=choice.disabled || field.disabled
                            aria-describedby=described
                        />
                        <label for=id><span class="choice-label">{choice.label.clone()}</span>{aside}</label>
                        {detail}
                    </div>
                }
            })
            .collect();
        let class = self.class(if field.kind == Kind::Cards { "choices cards" } else { "choices" });
        let legend_class = if field.hide_label { "label sr" } else { "label" };
        html(view! {
            <fieldset class=class aria-describedby=self.describedby()>
                <legend class=legend_class>{field.label.clone()}{self.optional_mark()}</legend>
                {self.hint()}
                {self.error()}
                <div class="choice-list">{options}</div>
            </fieldset>
        })
    }
}
