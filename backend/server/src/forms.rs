//! Forms: `POST /do/<action>`, from pages that work without JavaScript.
//!
//! On success the browser is sent on; on a refusal the page with the form is shown
//! again with what was typed and what is wrong.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use hostwright_panel::auth::policy::Action;
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::{Error, Kind, Refusal};
use serde_json::Value;

use crate::api::download;
use crate::app::App;
use crate::registry::Answer;
use crate::sent::Sent;
use crate::visitor::{self, Visitor};
use crate::{pages, problem};

/// Serves a form.
pub async fn serve(
    app: web::Data<App>,
    request: HttpRequest,
    name: web::Path<String>,
    payload: web::Payload,
) -> HttpResponse {
    let visitor = match Visitor::of(&app, &request).await {
        Ok(visitor) => visitor,
        Err(error) => return pages::failure(&app, None, &error),
    };
    let sent = match read_own(&app, &visitor, &request, payload).await {
        Ok(sent) => sent,
        Err(error) => return pages::failure(&app, Some(visitor), &error),
    };
    let Some(endpoint) = Action::by_name(&name).and_then(|action| app.endpoint(action)).cloned() else {
        return pages::failure(&app, Some(visitor), &Refusal::new("request.not_found", Kind::NotFound).into());
    };
    let key = Some(sent.first("_key").to_owned()).filter(|key| !key.is_empty());
    let outcome = endpoint.execute(visitor.call.clone(), sent.input(&endpoint, visitor.locale), key).await;
    match outcome {
        Ok(Answer::Json(answer)) => succeed(&app, visitor, endpoint.action, &sent, &answer),
        Ok(Answer::File(file)) => download(file),
        Err(error) => refuse(&app, visitor, endpoint.action, &sent, error).await,
    }
}

fn succeed(app: &App, visitor: Visitor, action: Action, sent: &Sent, answer: &Value) -> HttpResponse {
    let then = if sent.first("_then").is_empty() { "_page" } else { "_then" };
    let mut response = HttpResponse::SeeOther();
    response.insert_header((header::LOCATION, fill(&sent.path(then), action, answer)));
    for cookie in &visitor.cookies {
        response.cookie(cookie.clone());
    }
    if let Some(token) = answer.get("session_token").and_then(Value::as_str) {
        response.cookie(visitor::session_cookie(app, token.to_owned()));
    }
    if action == Action::SignOut {
        response.cookie(visitor::no_session(app));
    }
    match action {
        Action::CreateApiKey
        | Action::BeginTotp
        | Action::EnableTotp
        | Action::ShowAuthCode
        | Action::InviteMailbox => match pages::once(app, &visitor.call, answer) {
            Ok(cookie) => {
                response.cookie(cookie);
            }
            Err(error) => problem::log(&error, &visitor.call.request_id),
        },
        Action::SignOut => {
            response.cookie(pages::no_once(app));
        }
        _ => {}
    }
    response.cookie(pages::notice(app, action, answer));
    response.finish()
}

/// Puts the answer's values where a path names them: `/staff/plans/{id}`, and
/// `/portal/tickets/{ticket.id}` for a value inside another. A path may come from a
/// link that somebody else made (`/sign-in?next=`), so it gets no secret.
fn fill(path: &str, action: Action, answer: &Value) -> String {
    let mut filled = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, tail)| Some((before, tail.split_once('}')?)))
    {
        filled.push_str(before);
        let value = answer.pointer(&format!("/{}", name.replace('.', "/"))).and_then(Value::as_str);
        match value.filter(|_| !gives_secrets(action)) {
            Some(text) => filled.push_str(&hostwright_frontend::page::encode(text)),
            None => {
                filled.push('{');
                filled.push_str(name);
                filled.push('}');
            }
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// Whether the answer holds something that must stand in no address: a session, a
/// key, the second factor's secret.
fn gives_secrets(action: Action) -> bool {
    matches!(
        action,
        Action::SignIn
            | Action::SetUp
            | Action::CreateApiKey
            | Action::BeginTotp
            | Action::EnableTotp
            | Action::ShowAuthCode
    )
}

async fn refuse(app: &App, visitor: Visitor, action: Action, sent: &Sent, error: Error) -> HttpResponse {
    problem::log(&error, &visitor.call.request_id);
    if error.kind() == Some(Kind::Unauthenticated) && visitor.call.person().is_err() && action != Action::SignIn {
        return pages::sign_in_first(&sent.path("_page"));
    }
    let status = problem::status(&error);
    let status = if status == StatusCode::UNAUTHORIZED { StatusCode::UNPROCESSABLE_ENTITY } else { status };
    let state = sent.state(action, sent.faults(&app.texts, visitor.locale, &error));
    let path = sent.path("_page");
    let path = path.split('#').next().unwrap_or_default();
    match pages::show(app, visitor, path, Some(state)).await {
        Ok(mut response) => {
            *response.status_mut() = status;
            problem::name_code(&mut response, &error);
            response
        }
        Err(lost) => {
            let (visitor, _) = *lost;
            pages::failure(app, Some(visitor), &error)
        }
    }
}

/// Serves `POST /preferences`: language and colours, kept in cookies by anybody.
pub async fn prefer(app: web::Data<App>, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let visitor = match Visitor::of(&app, &request).await {
        Ok(visitor) => visitor,
        Err(error) => return pages::failure(&app, None, &error),
    };
    match read_own(&app, &visitor, &request, payload).await {
        Ok(sent) => remember(&app, &sent),
        Err(error) => pages::failure(&app, Some(visitor), &error),
    }
}

fn remember(app: &App, sent: &Sent) -> HttpResponse {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((header::LOCATION, sent.path("_page")));
    for name in ["locale", "theme"] {
        if let Some(cookie) = visitor::preference(app, name, sent.first(name)).filter(|_| !sent.first(name).is_empty())
        {
            response.cookie(cookie);
        }
    }
    response.finish()
}

/// Reads a form, if it is one of our own pages' forms.
async fn read_own(app: &App, visitor: &Visitor, request: &HttpRequest, payload: web::Payload) -> Result<Sent> {
    let sent = Sent::read(request, payload).await?;
    visitor.check_form(app, request, sent.first("_csrf"))?;
    Ok(sent)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_takes_values_of_the_answer_and_of_what_is_inside_it() {
        let answer = json!({ "id": "pln_1", "ticket": { "id": "tic_2" }, "note": "a{id}b" });
        let fill = |path| fill(path, Action::OpenTicket, &answer);
        assert_eq!(fill("/staff/plans/{id}"), "/staff/plans/pln_1");
        assert_eq!(fill("/portal/tickets/{ticket.id}#reply"), "/portal/tickets/tic_2#reply");
        assert_eq!(fill("/x?note={note}&y={missing}"), "/x?note=a%7Bid%7Db&y={missing}");
    }

    #[test]
    fn no_path_takes_a_session_or_a_key() {
        let answer = json!({ "session_token": "s3cret", "token": "hw_s3cret", "secret": "S3CRET" });
        for action in [Action::SignIn, Action::SetUp, Action::CreateApiKey, Action::BeginTotp] {
            let path = "/x?a={session_token}&b={token}&c={secret}";
            assert_eq!(fill(path, action, &answer), path);
        }
    }
}
