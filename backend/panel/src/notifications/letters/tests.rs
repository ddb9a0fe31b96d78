//! Rules of mails.
