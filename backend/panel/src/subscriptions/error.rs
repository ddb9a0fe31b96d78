//! What subscriptions refuse.

use crate::refusals;

refusals! {
    /// Refusals of this slice.
    pub enum SubscriptionRefusal {
        /// The state does not allow it.
        State = "subscriptions.state", Conflict;
        /// It has ended.
        Ended = "subscriptions.ended", Conflict;
        /// The plan does not offer this renewal.
        RenewalNotOffered = "subscriptions.renewal_not_offered", Conflict, "renewal";
        /// It is cancelled already.
        CancelledAlready = "subscriptions.cancelled_already", Conflict;
        /// A reason of 1 to 500 characters is wanted.
        Reason = "subscriptions.reason", Invalid, "reason";
        /// Somebody else changed it at the same moment.
        ChangedMeanwhile = "subscriptions.changed_meanwhile", Conflict;
        /// There is no such customer.
        Customer = "subscriptions.customer", Invalid, "customer_id";
        /// The price is in another currency than the customer's.
        Currency = "subscriptions.currency", Conflict, "price_id";
        /// No further period can be billed.
        NoFurtherPeriod = "subscriptions.no_further_period", Conflict;
        /// One of another system whose cycle is not of whole months.
        AdoptionCycle = "subscriptions.adoption_cycle", Conflict;
        /// One of another system without a price, or with one below zero.
        AdoptionPrice = "subscriptions.adoption_price", Conflict;
        /// One of another system whose next due day nobody knows.
        AdoptionDue = "subscriptions.adoption_due", Conflict;
    }
}
