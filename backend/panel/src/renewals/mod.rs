//! What falls due: renewal invoices, reminders, suspension and termination.
