//! Domains and zones.

use hostwright_panel::hosting::zones::{self, imports, settings};
use hostwright_panel::hosting::{commands, queries};

use crate::action;
use crate::registry::Endpoint;

/// Their endpoints.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        action!(GET "/domains" ListDomains => queries::list),
        action!(GET "/domains/{domain_id}" ShowDomain => queries::show),
        action!(POST "/domains" CreateDomain => commands::create),
        action!(POST "/domains/{domain_id}" UpdateDomain => commands::update),
        action!(POST "/domains/{domain_id}/release" ReleaseDomain => commands::release),
        action!(POST "/domains/{domain_id}/auth-code" ShowAuthCode => commands::show_auth_code),
        action!(GET "/domains/{domain_id}/zone" ShowZone => zones::queries::show),
        action!(POST "/domains/{domain_id}/zone" CreateZone => zones::commands::create),
        action!(POST "/domains/{domain_id}/zone/numbers" UpdateZone => zones::commands::update),
        action!(POST "/domains/{domain_id}/zone/records" AddRecord => zones::commands::add_record),
        action!(POST "/domains/{domain_id}/zone/records/{record_id}" UpdateRecord => zones::commands::update_record),
        action!(POST "/domains/{domain_id}/zone/records/{record_id}/delete" DeleteRecord => zones::commands::delete_record),
        action!(POST "/domains/{domain_id}/zone/imports" ImportZone => imports::import),
        action!(GET "/domains/{domain_id}/zone/imports/{import_id}" ShowImport => imports::show),
        action!(POST "/domains/{domain_id}/zone/imports/{import_id}/apply" ApplyImport => imports::apply),
        action!(FILE "/domains/{domain_id}/zone/file" ExportZone => zones::queries::export),
        action!(POST "/domains/{domain_id}/zone/delete" DeleteZone => zones::commands::delete),
        action!(POST "/domains/{domain_id}/zone/serve" ServeZone => zones::commands::serve),
        action!(GET "/dns-settings" ShowDnsSettings => settings::show),
        action!(POST "/dns-settings" UpdateDnsSettings => settings::update),
    ]
}
