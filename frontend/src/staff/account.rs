//! What a member of staff decides about themselves.

use hostwright_panel::platform::error::Result;

use crate::auth::account;
use crate::route::Visit;
use crate::ui::Shell;

/// Draws the page.
///
/// # Errors
/// When nobody is signed in, or the database fails.
pub async fn show(visit: Visit) -> Result<String> {
    let known = account::load(&visit.call).await?;
    let page = &visit.page;
    Ok(Shell::new(page, page.t("ui-own-account"))
        .add(account::you(page, &known))
        .add(account::security(page, &known, visit.shown_once.as_ref()))
        .render())
}
