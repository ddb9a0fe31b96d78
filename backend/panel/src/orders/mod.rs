//! From a signed quote to a subscription, a server and a first invoice in one transaction.
