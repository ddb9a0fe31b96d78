//! Moving in from other systems.

use std::sync::Arc;

use hostwright_panel::migration::ports::{MailCopier, Reader};
use hostwright_panel::migration::{
    collect, content, proof, selection, shadow, sources, templates, transfer, undo, verification,
};

use crate::action;
use crate::registry::Endpoint;

/// The endpoints of this slice.
#[must_use]
pub fn endpoints(reader: &Arc<dyn Reader>, copier: &Arc<dyn MailCopier>) -> Vec<Endpoint> {
    vec![
        action!(GET "/migration/files" ListMigrationFiles => collect::queries::files, with reader),
        action!(POST "/migration/files" UploadMigrationFiles => collect::commands::upload, with reader),
        action!(GET "/migration/sources" ListMigrationSources => sources::queries::list),
        action!(POST "/migration/sources" RegisterMigrationSource => sources::commands::register, with reader),
        action!(GET "/migration/sources/{source_id}" ShowMigrationSource => sources::queries::show),
        action!(POST "/migration/sources/{source_id}" UpdateMigrationSource => sources::commands::update),
        action!(POST "/migration/sources/{source_id}/discard" DiscardMigrationSource => sources::commands::discard),
        action!(POST "/migration/sources/{source_id}/collect" CollectMigrationSource => collect::commands::collect, with reader),
        action!(GET "/migration/sources/{source_id}/collections" ListMigrationCollections => collect::queries::collections),
        action!(GET "/migration/sources/{source_id}/gaps" ListMigrationGaps => collect::queries::gaps),
        action!(GET "/migration/sources/{source_id}/records" ListMigrationRecords => collect::queries::records),
        action!(GET "/migration/records/{staged_id}" ShowMigrationRecord => collect::queries::record),
        action!(POST "/migration/records/{staged_id}/decide" DecideMigrationRecord => selection::commands::decide),
        action!(GET "/migration/sources/{source_id}/templates" ListMigrationTemplates => templates::queries::list),
        action!(POST "/migration/sources/{source_id}/templates" MapMigrationTemplate => templates::commands::map),
        action!(POST "/migration/sources/{source_id}/templates/suggested" MapMigrationSuggestions => templates::commands::map_suggested),
        action!(POST "/migration/sources/{source_id}/select" SelectMigrationRecords => selection::commands::select),
        action!(POST "/migration/sources/{source_id}/verify" VerifyMigrationSource => verification::commands::verify),
        action!(POST "/migration/sources/{source_id}/transfer" TransferMigrationSource => transfer::commands::transfer),
        action!(GET "/migration/sources/{source_id}/landings" ListMigrationLandings => transfer::queries::landings),
        action!(POST "/migration/sources/{source_id}/undo" UndoMigrationSource => undo::commands::undo),
        action!(GET "/migration/sources/{source_id}/report" ShowMigrationReport => proof::queries::report),
        action!(FILE "/migration/sources/{source_id}/report.csv" DownloadMigrationReport => proof::queries::download),
        action!(FILE "/migration/sources/{source_id}/report.pdf" PrintMigrationReport => proof::queries::print),
        action!(GET "/migration/sources/{source_id}/missing" ListMigrationMissing => proof::queries::missing),
        action!(GET "/migration/sources/{source_id}/shadow" ShowMigrationShadow => shadow::queries::shadow),
        action!(POST "/migration/sources/{source_id}/sign" SignMigrationReport => proof::commands::sign),
        action!(POST "/migration/sources/{source_id}/switch" SwitchMigrationSource => proof::commands::switch),
        action!(FILE "/migration/sources/{source_id}/disable.txt" DownloadMigrationDisableList => transfer::queries::disable_list),
        action!(GET "/migration/sources/{source_id}/content" ShowMigrationContent => content::queries::show),
        action!(POST "/migration/sources/{source_id}/content" SetMigrationContent => content::commands::set),
        action!(POST "/migration/sources/{source_id}/content/survey" SurveyMigrationContent => content::commands::survey),
        action!(POST "/migration/sources/{source_id}/content/deliver" DeliverMigrationContent => content::commands::deliver),
        action!(GET "/migration/sources/{source_id}/mailboxes" ListMigrationMailboxes => content::queries::mailboxes),
        action!(GET "/migration/mailboxes/{mailbox_id}" ShowMigrationMailbox => content::queries::mailbox),
        action!(POST "/migration/mailboxes/{mailbox_id}/link" InviteMailbox => content::links::commands::invite),
        action!(POST "/migration/mailboxes/{mailbox_id}/link/revoke" RevokeMailboxLink => content::links::commands::revoke),
        action!(POST "/migration/claim" ClaimMailbox => content::links::commands::claim, with copier),
        action!(GET "/migration/claim" ShowMailboxClaim => content::links::queries::claimed),
    ]
}
