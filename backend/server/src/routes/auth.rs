//! People and access.

use hostwright_panel::auth::{commands, keys, people, queries, sessions, totp};
use hostwright_panel::customers;

use crate::action;
use crate::registry::Endpoint;

/// Their endpoints; set-up is the office's.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        action!(POST "/auth/sign-up" SignUp => customers::commands::sign_up),
        action!(POST "/auth/confirm-mail" ConfirmMail => commands::confirm_mail),
        action!(POST "/auth/sign-in" SignIn => commands::sign_in),
        action!(POST "/auth/sign-out" SignOut => sessions::commands::sign_out),
        action!(POST "/auth/request-reset" RequestReset => commands::request_reset),
        action!(POST "/auth/reset-password" ResetPassword => commands::reset_password),
        action!(GET "/me" ShowProfile => queries::profile),
        action!(POST "/me" UpdateProfile => commands::update_profile),
        action!(POST "/me/password" ChangePassword => commands::change_password),
        action!(POST "/me/totp/begin" BeginTotp => totp::commands::begin),
        action!(POST "/me/totp/enable" EnableTotp => totp::commands::enable),
        action!(POST "/me/totp/disable" DisableTotp => totp::commands::disable),
        action!(GET "/me/sessions" ListSessions => sessions::queries::list),
        action!(POST "/me/sessions/{session_id}/revoke" RevokeSession => sessions::commands::revoke),
        action!(GET "/me/api-keys" ListApiKeys => keys::queries::list),
        action!(POST "/me/api-keys" CreateApiKey => keys::commands::create),
        action!(POST "/me/api-keys/{api_key_id}/revoke" RevokeApiKey => keys::commands::revoke),
        action!(GET "/people" ListPeople => people::queries::list),
        action!(GET "/people/{person_id}" ShowPerson => people::queries::show),
        action!(POST "/people" InviteStaff => people::commands::invite),
        action!(POST "/people/{person_id}/role" SetStaffRole => people::commands::set_role),
        action!(POST "/people/{person_id}/suspend" SuspendPerson => people::commands::suspend),
        action!(POST "/people/{person_id}/resume" ResumePerson => people::commands::resume),
    ]
}
