//! What reports show.

use hostwright_kernel::{Day, Instant, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How the business stands.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Dashboard {
    /// Net of issued invoices less credit notes, by month, oldest first: twelve.
    pub revenue: Vec<MonthSum>,
    /// Everything that is open.
    pub open: Money,
    /// Of that, what is overdue.
    pub overdue: Money,
    /// How many invoices are overdue.
    pub overdue_invoices: i64,
    /// What automatic renewals bring in a month, without tax.
    pub monthly: Money,
    /// Active customers.
    pub customers: i64,
    /// Subscriptions by state.
    pub subscriptions: Vec<CountByState>,
    /// Servers by the state in which they were last seen.
    pub servers: Vec<CountByState>,
    /// Every node with its load.
    pub nodes: Vec<NodeUse>,
    /// Tickets that wait for staff.
    pub tickets_waiting: i64,
    /// Open jobs by state.
    pub jobs: Vec<CountByState>,
    /// Mails that could not be sent.
    pub mails_failed: i64,
    /// When this was read.
    pub as_of: Instant,
}

/// One month's sum.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MonthSum {
    /// First day of the month.
    pub month: Day,
    /// The sum.
    pub amount: Money,
}

/// How many are in a state.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CountByState {
    /// The state.
    pub state: String,
    /// How many.
    pub count: i64,
}

/// A node's load.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NodeUse {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it answers.
    pub link: String,
    /// Memory reserved, in MiB.
    pub memory_mib_reserved: i64,
    /// Memory that may be sold, in MiB.
    pub memory_mib_total: i64,
    /// Disk reserved, in GiB.
    pub disk_gib_reserved: i64,
    /// Disk that may be sold, in GiB.
    pub disk_gib_total: i64,
    /// Processors reserved.
    pub vcpus_reserved: i64,
    /// Processors that may be sold.
    pub vcpus_total: i64,
}

/// Words to look for.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchFor {
    /// An id, number, name, mail or network address, or part of one.
    #[serde(default)]
    pub words: String,
}

/// What was found.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Found {
    /// At most ten of each kind.
    pub items: Vec<Hit>,
}

/// One thing that fits.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Hit {
    /// `customer`, `invoice`, `server`, `domain`, `ticket`.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its name or number.
    pub title: String,
    /// What tells it apart.
    pub detail: String,
}

/// The outcome of verification.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct VerifyReport {
    /// Every check.
    pub checks: Vec<Check>,
    /// All breaks together.
    pub breaks: i64,
    /// When this was read.
    pub as_of: Instant,
}

/// One check.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Check {
    /// What is checked.
    pub name: String,
    /// Each place where it does not hold.
    pub breaks: Vec<String>,
}
