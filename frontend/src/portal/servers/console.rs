//! What a server wrote on its console.

use hostwright_panel::platform::error::{Error, Result};
use hostwright_panel::servers::queries::{self, ShowConsole, ShowServer};

use crate::page::Tone;
use crate::portal::words;
use crate::route::Visit;
use crate::ui::{ButtonLink, Console, Notes, Piece, Shell, live};

/// As much as is read: enough for a whole start.
const BYTES: u32 = 131_072;

/// Draws the page.
///
/// # Errors
/// Not found; a silent node is said on the page.
pub async fn show(mut visit: Visit) -> Result<String> {
    let server_id: hostwright_panel::servers::model::ServerId = visit.params.parse("server_id")?;
    let server = queries::show(&visit.call, ShowServer { server_id: server_id.clone() }).await?;
    let input = ShowConsole { server_id, bytes: Some(BYTES) };
    let read = queries::console(&visit.call, visit.hypervisor.as_ref(), input).await;
    visit.page.live = Some(3);
    let page = &visit.page;
    let home = format!("/portal/servers/{}", server.id);
    let body = match read {
        Ok(console) => Console::new(page, page.t("portal-console-read"), console.text).view(),
        Err(Error::Refused(refusal)) => Notes::new(Tone::Warn, page.t(&format!("error-{}", refusal.code))).view(),
        Err(error) => return Err(error),
    };
    Ok(Shell::new(page, page.t("portal-console"))
        .crumb(page.t("portal-servers"), "/portal/servers")
        .crumb(server.hostname.clone(), home.clone())
        .state(words::server_state(page, &server))
        .other(ButtonLink::plain(page.t("portal-back-to-server"), home))
        .subtitle(page.t("portal-console-hint"))
        .add(live("console", body))
        .render())
}
