//! What the provider says once about its name servers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::call::{Call, Changed};
use crate::auth::model::MailAddress;
use crate::auth::policy::Action;
use crate::hosting::error::HostingRefusal;
use crate::hosting::model::name_servers;
use crate::platform::error::{Error, Result};
use crate::platform::{Refusal, Tx, settings};

/// Under which name they are kept.
const KEY: &str = "hosting.dns";
/// Seconds, while nobody said anything else.
pub const USUAL_TTL: i64 = 3_600;

/// The provider's name servers. While there are none, zones are kept and not served.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DnsSettings {
    /// Names of the name servers of new zones, the first one first.
    pub name_servers: Vec<String>,
    /// Mail address of who looks after zones.
    pub hostmaster: String,
    /// Seconds for which records of new zones are kept by others; 3,600 when left out.
    #[serde(default)]
    pub default_ttl: Option<i64>,
}

/// Asks for them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowDnsSettings {}

/// What the provider says about its name servers.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn show(call: &Call, _input: ShowDnsSettings) -> Result<DnsSettings> {
    call.authorize(Action::ShowDnsSettings)?;
    call.db.read(|tx| Ok(load_in(tx)?.unwrap_or_default())).await
}

/// Says it anew. Zones that are there keep what they have.
///
/// # Errors
/// Every field that is wrong.
pub async fn update(call: &Call, input: DnsSettings) -> Result<DnsSettings> {
    let scope = call.authorize(Action::UpdateDnsSettings)?;
    let checked = input.checked().map_err(Error::Fields)?;
    call.write(&scope, move |tx| {
        settings::put(tx, KEY, &checked)?;
        Ok(Changed::new("dns", checked.clone())
            .noting("name_servers", checked.name_servers.join(" "))
            .noting("hostmaster", checked.hostmaster.as_str()))
    })
    .await
}

/// What was said; none while zones are not served.
///
/// # Errors
/// When the database fails.
pub fn load_in(tx: &mut Tx<'_>) -> Result<Option<DnsSettings>> {
    let known: Option<DnsSettings> = settings::get(tx, KEY)?;
    Ok(known.filter(|known| !known.name_servers.is_empty()))
}

impl DnsSettings {
    fn checked(&self) -> std::result::Result<Self, Vec<Refusal>> {
        let mut faults = Vec::new();
        let servers = name_servers(&self.name_servers).map_err(|fault| faults.push(fault)).unwrap_or_default();
        let hostmaster = self.hostmaster.trim();
        let hostmaster = match hostmaster.parse::<MailAddress>() {
            Ok(address) => address.to_string(),
            Err(_none) if hostmaster.is_empty() && servers.is_empty() => String::new(),
            Err(_none) => {
                faults.push(HostingRefusal::Authority.refusal().field("hostmaster"));
                String::new()
            }
        };
        let default_ttl = self.default_ttl.unwrap_or(USUAL_TTL);
        if !(30..=604_800).contains(&default_ttl) {
            faults.push(HostingRefusal::Seconds.with("least", 30).with("most", 604_800).field("default_ttl"));
        }
        if faults.is_empty() {
            Ok(Self { name_servers: servers, hostmaster, default_ttl: Some(default_ttl) })
        } else {
            Err(faults)
        }
    }
}
