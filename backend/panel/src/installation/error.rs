//! Why a change of the installation is refused.

crate::refusals! {
    /// Refusals of the installation.
    pub enum InstallationRefusal {
        /// The clock is the machine's.
        ClockIsReal = "clock.is_real", Conflict;
        /// The clock moves forward by a second to ten years.
        ClockStep = "clock.step_out_of_range", Invalid, "seconds";
        /// The name is empty or too long.
        BrandName = "settings.brand_name", Invalid, "brand_name";
    }
}
