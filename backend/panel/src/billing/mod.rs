//! Money: ledger, invoices, payments, credit, tax, numbering and documents.
