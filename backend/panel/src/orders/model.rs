//! Quotes and orders.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hostwright_kernel::{Day, Instant, Money, Period, id_type};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::OrderRefusal;
use crate::billing::totals::LineKind;
use crate::catalogue::model::{PlanId, PriceId, RenewalChoice};
use crate::customers::model::CustomerId;
use crate::images::model::ImageId;
use crate::platform::error::Result;
use crate::platform::secrets::Vault;

id_type!(
    /// Identifies a quote; becomes the order's proof of being placed once.
    QuoteId, "quo"
);
id_type!(
    /// Identifies an order.
    OrderId, "ord"
);

/// For how long a quote is good, in seconds.
pub const QUOTE_SECONDS: i64 = 1_800;
const PURPOSE: &str = "orders.quote";

/// What somebody wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteOrder {
    /// For whom.
    pub customer_id: CustomerId,
    /// Which plan.
    pub plan_id: PlanId,
    /// At which of its prices.
    pub price_id: PriceId,
    /// With which operating system.
    pub image_id: ImageId,
    /// The server's host name (RFC 1123).
    pub hostname: String,
    /// Public SSH keys, one a line.
    #[serde(default)]
    pub ssh_keys: Vec<String>,
    /// What happens at the end of the period.
    pub renewal: RenewalChoice,
}

/// One line of a quote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuoteLine {
    /// What for.
    pub description: String,
    /// For a period, or once.
    pub kind: LineKind,
    /// Without tax.
    pub net: Money,
}

/// A quote as it is signed: everything that decides what is charged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// Its id.
    pub id: QuoteId,
    /// What was asked for.
    pub wish: QuoteOrder,
    /// The lines.
    pub lines: Vec<QuoteLine>,
    /// Sum of the lines.
    pub net: Money,
    /// All tax.
    pub tax: Money,
    /// What is charged.
    pub total: Money,
    /// Why there is no tax, where that needs saying.
    pub tax_note: Option<String>,
    /// The first period.
    pub period: Period,
    /// Until when it can be accepted.
    pub expires_at: Instant,
}

/// A quote as people see it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct QuoteView {
    /// Its id.
    pub quote_id: QuoteId,
    /// Accept with this; nothing else is needed.
    pub token: String,
    /// What was asked for.
    pub wish: QuoteOrder,
    /// The lines.
    pub lines: Vec<QuoteLine>,
    /// Sum of the lines.
    pub net: Money,
    /// All tax.
    pub tax: Money,
    /// What is charged now.
    pub total: Money,
    /// Why there is no tax, where that needs saying.
    pub tax_note: Option<String>,
    /// The first period.
    pub period: Period,
    /// What each period after the first costs, without tax; none when the
    /// subscription ends with its period.
    pub next_net: Option<Money>,
    /// First day of the next period.
    pub next_day: Day,
    /// Until when it can be accepted.
    pub expires_at: Instant,
}

/// A placed order.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OrderView {
    /// Its id.
    pub id: OrderId,
    /// Whose.
    pub customer_id: String,
    /// The subscription it made.
    pub subscription_id: String,
    /// The first invoice.
    pub invoice_id: String,
    /// The server it reserved.
    pub server_id: String,
    /// What was charged.
    pub total: Money,
    /// When.
    pub created_at: Instant,
}

impl Quote {
    /// The signed text that accepts this quote.
    ///
    /// # Errors
    /// Never for quotes of ours.
    pub fn sign(&self, vault: &Vault) -> Result<String> {
        let body = URL_SAFE_NO_PAD.encode(serde_json::to_vec(self)?);
        let signature = vault.sign(PURPOSE, body.as_bytes());
        Ok(format!("{body}.{signature}"))
    }

    /// The quote in a token, when it is ours and still good.
    ///
    /// # Errors
    /// `orders.quote_forged`, `orders.quote_expired`.
    pub fn verify(vault: &Vault, token: &str, now: Instant) -> Result<Self> {
        let (body, signature) = token.split_once('.').ok_or(OrderRefusal::QuoteForged)?;
        if !vault.verify(PURPOSE, body.as_bytes(), signature) {
            return Err(OrderRefusal::QuoteForged.into());
        }
        let bytes = URL_SAFE_NO_PAD.decode(body).map_err(|_not_base64| OrderRefusal::QuoteForged)?;
        let quote: Self = serde_json::from_slice(&bytes).map_err(|_older_format| OrderRefusal::QuoteForged)?;
        if now > quote.expires_at {
            return Err(OrderRefusal::QuoteExpired.into());
        }
        Ok(quote)
    }

    /// Whether another computation of the same wish charges the same.
    #[must_use]
    pub fn charges_like(&self, other: &Self) -> bool {
        (&self.lines, self.net, self.tax, self.total) == (&other.lines, other.net, other.tax, other.total)
    }
}
