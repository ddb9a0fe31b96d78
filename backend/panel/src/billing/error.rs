//! The refusals of every room of billing.

use crate::refusals;

refusals! {
    /// Why billing said no.
    pub enum BillingRefusal {
        /// A document needs at least one line.
        NoLines = "invoices.no_lines", Invalid, "lines";
        /// A document holds at most 1,000 lines.
        TooManyLines = "invoices.too_many_lines", Invalid, "lines";
        /// A line needs a description of 1 to 500 characters.
        LineDescription = "invoices.line_description", Invalid, "description";
        /// A quantity is above zero.
        LineQuantity = "invoices.line_quantity", Invalid, "quantity";
        /// A unit price is not negative and at most 10^15 minor units.
        LinePrice = "invoices.line_price", Invalid, "unit";
        /// The billed days are not a period.
        LinePeriod = "invoices.line_period", Invalid, "period";
        /// The period was billed already.
        PeriodBilled = "invoices.period_billed", Conflict;
        /// The invoice is no longer a draft.
        NotDraft = "invoices.not_draft", Conflict;
        /// A draft has no PDF.
        DraftHasNoPdf = "invoices.draft_has_no_pdf", Conflict;
        /// Only an issued or paid invoice can be credited, and once.
        NotCreditable = "invoices.not_creditable", Conflict;
        /// Credit notes are not credited, paid or settled.
        IsCreditNote = "invoices.is_credit_note", Conflict;
        /// Documents of another system are not credited here.
        IsHistory = "invoices.is_history", Conflict;
        /// A draft of another system is no document.
        HistoryDraft = "invoices.history_draft", Conflict;
        /// Days to pay are 0 to 365.
        DueDays = "invoices.due_days", Invalid, "due_days";
        /// A reason of 1 to 500 characters is needed.
        Reason = "billing.reason", Invalid, "reason";
        /// Somebody changed it meanwhile.
        ChangedMeanwhile = "billing.changed_meanwhile", Conflict;
        /// The amount is above zero.
        AmountNotPositive = "billing.amount_not_positive", Invalid, "amount";
        /// The amount is at most 10^15 minor units.
        AmountTooLarge = "billing.amount_too_large", Invalid, "amount";
        /// The text is no amount of this currency.
        AmountUnreadable = "billing.amount_unreadable", Invalid, "amount";
        /// A payment needs its reference: 1 to 140 characters.
        PaymentReference = "payments.reference", Invalid, "reference";
        /// Another payment has this method and reference.
        ReferenceTaken = "payments.reference_taken", Conflict, "reference";
        /// Money cannot have arrived on a day to come.
        PaidInFuture = "payments.future_day", Invalid, "received_day";
        /// Money that arrived so long ago is a typing error.
        PaidLongAgo = "payments.past_day", Invalid, "received_day";
        /// Neither the customer nor the open invoices use this currency.
        WrongCurrency = "payments.wrong_currency", Invalid, "currency";
        /// The named invoice is still a draft.
        InvoiceIsDraft = "payments.invoice_is_draft", Conflict, "invoice_id";
        /// The named invoice is not this customer's.
        InvoiceOfOther = "payments.invoice_of_other", Invalid, "invoice_id";
        /// A note has at most 1,000 characters.
        NoteTooLong = "payments.note_too_long", Invalid, "note";
        /// Nothing is open on this invoice.
        NothingOpen = "credits.nothing_open", Conflict;
        /// The customer has no credit in this currency.
        NoCredit = "credits.none_left", Conflict;
        /// The customer has less credit than asked for.
        CreditTooSmall = "credits.too_little", Conflict, "amount";
        /// More than what is open on the invoice.
        MoreThanOpen = "credits.more_than_open", Conflict, "amount";
        /// The books hold no more of this currency.
        LedgerFull = "ledger.full", Conflict;
        /// A balance would fall below zero.
        BelowZero = "ledger.below_zero", Conflict;
        /// This transfer was posted already.
        PostedAlready = "ledger.posted_already", Conflict;
        /// There is a legal entity already.
        EntityExists = "entity.exists", Conflict;
        /// No legal entity yet: set-up comes first.
        NoEntity = "entity.none", Conflict;
        /// A name of 1 to 200 characters is needed.
        EntityName = "entity.name", Invalid, "name";
        /// At most 200 characters.
        EntityText = "entity.text_too_long", Invalid;
        /// Not a country.
        EntityCountry = "entity.country", Invalid, "country";
        /// Not a mail address.
        EntityEmail = "entity.email", Invalid, "email";
        /// Not a time zone.
        EntityZone = "entity.time_zone", Invalid, "time_zone";
        /// A series is up to 8 letters A to Z and digits, beginning with a letter.
        EntitySeries = "entity.series", Invalid, "series";
        /// Not a country.
        TaxCountry = "tax.country", Invalid, "country";
        /// A rate is 0 to 100 percent with at most 4 decimals.
        TaxRate = "tax.rate", Invalid, "percent";
        /// There is no rate for this country and day.
        NoRate = "tax.no_rate", Conflict;
        /// A rate in force is not changed; a later one replaces it.
        RateInForce = "tax.rate_in_force", Conflict, "valid_from";
    }
}
