//! How a mail is written: subject, text and HTML from the words in
//! `mails.ftl`, with one action link, no tracking and nothing from elsewhere.

pub mod model;

#[cfg(test)]
mod tests;
