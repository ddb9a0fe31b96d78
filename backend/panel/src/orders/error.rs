//! Why an order is refused.

crate::refusals! {
    /// Refusals of orders.
    pub enum OrderRefusal {
        /// The quote's text was altered or is not ours.
        QuoteForged = "orders.quote_forged", Invalid, "token";
        /// The quote is older than it may be.
        QuoteExpired = "orders.quote_expired", Conflict, "token";
        /// A price or tax changed since the quote.
        QuoteChanged = "orders.quote_changed", Conflict, "token";
        /// What the plan sells cannot be delivered by an order yet.
        KindNotOrdered = "orders.kind_not_ordered", Conflict, "plan_id";
        /// The customer's account is suspended.
        CustomerSuspended = "orders.customer_suspended", Conflict;
        /// The price is in another currency than the customer's.
        WrongCurrency = "orders.wrong_currency", Invalid, "price_id";
    }
}
