use hostwright_frontend::page::{FieldError, FormState, Page};
use hostwright_frontend::ui::*;
use leptos::prelude::*;

fn error(field: Option<&str>, text: &str) -> FieldError {
    FieldError { field: field.map(str::to_owned), code: "customers.invalid".to_owned(), text: text.to_owned() }
}

pub fn refused(page: &mut Page) -> String {
    page.form = Some(FormState {
        action: "customers.create".to_owned(),
        values: [
            ("_form", "customers-create"),
            ("name", "Brandt \"Werbung\" <GmbH>"),
            ("email", "brandt.example"),
            ("limit", "12,x"),
            ("country", "de"),
            ("terms", "yes"),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), vec![value.to_owned()]))
        .collect(),
        errors: vec![
            error(Some("email"), "A mail address has an @ in it, like ada@brandt.example."),
            error(Some("limit"), "12,x is not an amount. Write it like 12.50."),
            error(Some("kind"), "Say whether this is a company or a person."),
            error(None, "A customer with this VAT number exists already: Brandt GmbH."),
        ],
    });
    let page = &*page;
    let form = Form::new(page, "customers.create")
        .then("/staff/customers/{id}")
        .field(Field::text("name", "Name").autocomplete("organization").max_length(200))
        .field(Field::email("email", "Mail").hint("Invoices go here."))
        .field(Field::radios(
            "kind",
            "Kind",
            vec![
                Choice::new("company", "Company").detail("With a VAT number, if it has one"),
                Choice::new("person", "Person"),
            ],
        ))
        .row(vec![Field::text("postcode", "Postcode").optional(), Field::text("city", "City").optional()])
        .field(Field::select("country", "Country", vec![Choice::new("de", "Germany"), Choice::new("at", "Austria")]))
        .field(
            Field::money("limit", "Credit limit", "EUR".parse().unwrap())
                .hint("Orders above it wait for somebody to look.")
                .optional(),
        )
        .field(Field::number("days", "Days to pay").value("14").suffix("days"))
        .field(Field::date("since", "Customer since").value("2026-05-03"))
        .field(Field::textarea("note", "Note", 4).optional().hint("Only staff see it."))
        .field(Field::file("logo", "Logo").optional())
        .field(Field::text("number", "Customer number").value("10042").disabled())
        .group(
            "Mails",
            Some("What this customer is told.".to_owned()),
            vec![
                Field::checkboxes(
                    "mails",
                    "Send",
                    vec![Choice::new("invoices", "Invoices"), Choice::new("tasks", "What happens to servers")],
                )
                .values(vec!["invoices".to_owned()]),
                Field::checkbox("terms", "Has agreed to the terms of 1 May 2026")
                    .hint("Needed before the first order."),
            ],
        )
        .submit("Create customer")
        .second("Create and order", "order", "yes")
        .cancel("Cancel", "/staff/customers");
    Shell::new(page, "New customer")
        .crumb("Customers", "/staff/customers")
        .add(Panel::new("Who is it?").add(form))
        .render()
}

pub fn sign_in(page: &mut Page) -> String {
    let page = &*page;
    let form = Form::new(page, "auth.sign_in")
        .then("/staff")
        .field(Field::email("email", "Mail").focus())
        .field(Field::password("password", "Password"))
        .submit("Sign in");
    Shell::new(page, "Sign in")
        .subtitle("Welcome back.")
        .add(form)
        .add(html(view! { <p class="muted"><a href="/reset">"Forgot your password?"</a>" "<a href="/sign-up">"Create an account"</a></p> }))
        .render()
}

pub fn setup(page: &mut Page) -> String {
    let page = &*page;
    let form = Form::new(page, "auth.set_up")
        .group(
            "Your company",
            None,
            vec![
                Field::text("company", "Legal name").autocomplete("organization"),
                Field::select(
                    "currency",
                    "Currency",
                    vec![Choice::new("EUR", "EUR").detail("Euro"), Choice::new("PLN", "PLN").detail("Złoty")],
                )
                .value("EUR"),
                Field::text("vat", "VAT number").optional(),
            ],
        )
        .group(
            "You",
            None,
            vec![
                Field::email("email", "Mail"),
                Field::password("password", "Password").autocomplete("new-password").hint("At least 12 characters."),
            ],
        )
        .submit("Continue");
    Shell::new(page, "Set up Hostwright").subtitle("Step 1 of 4: who you are").wide().add(form).render()
}
