//! Why a change of the dunning ladder is refused.

crate::refusals! {
    /// Refusals of renewals.
    pub enum RenewalRefusal {
        /// Days must rise from reminder to suspension to termination.
        LadderNotRising = "renewals.ladder_not_rising", Invalid, "suspend_after_days";
        /// A number of days is out of range.
        DaysOutOfRange = "renewals.days_out_of_range", Invalid, "invoice_days_ahead";
    }
}
