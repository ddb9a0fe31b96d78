#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::error::TicketRefusal;
use super::model::{BODY_MAX, Body, NewDepartment, Priority, SUBJECT_MAX, Subject, TicketState, searched_number};
use crate::platform::error::Result;
use crate::platform::texts::{Locale, Texts};

fn code<T: std::fmt::Debug>(outcome: Result<T>) -> &'static str {
    outcome.unwrap_err().code()
}

#[test]
fn a_subject_is_one_line() {
    assert_eq!(Subject::parse("  It is\r\nslow\u{0} \t today ").unwrap().as_str(), "It is slow today");
    assert_eq!(code(Subject::parse(" \r\n ")), "tickets.subject_missing");
    assert!(Subject::parse(&"ü".repeat(SUBJECT_MAX)).is_ok());
    assert_eq!(code(Subject::parse(&"ü".repeat(SUBJECT_MAX + 1))), "tickets.subject_too_long");
}

#[test]
fn a_message_keeps_its_lines_and_its_markup_as_text() {
    let script = "<script>alert(1)</script>\r\n\r\n\tsecond & third\u{0}\u{7}\r";
    assert_eq!(Body::parse(script).unwrap().as_str(), "<script>alert(1)</script>\n\n\tsecond & third");
    assert_eq!(code(Body::parse("\n \t\n")), "tickets.body_missing");
    assert!(Body::parse(&"x".repeat(BODY_MAX)).is_ok());
    assert_eq!(code(Body::parse(&"x".repeat(BODY_MAX + 1))), "tickets.body_too_long");
}

#[test]
fn a_reply_says_whose_turn_it_is() {
    assert_eq!(TicketState::after_reply(true), TicketState::Answered);
    assert_eq!(TicketState::after_reply(false), TicketState::Waiting);
}

#[test]
fn only_staff_calls_something_urgent() {
    assert_eq!(Priority::chosen(None, false).unwrap(), Priority::Normal);
    assert_eq!(Priority::chosen(Some(Priority::High), false).unwrap(), Priority::High);
    assert_eq!(Priority::chosen(Some(Priority::Urgent), true).unwrap(), Priority::Urgent);
    assert_eq!(code(Priority::chosen(Some(Priority::Urgent), false)), "tickets.urgent_by_staff");
}

#[test]
fn a_department_has_a_name_and_perhaps_an_address() {
    let support = NewDepartment::parse(" Support\n", " Help@Example.org ").unwrap();
    assert_eq!((support.name(), support.email()), ("Support", "help@example.org"));
    assert_eq!(NewDepartment::parse("Sales", " ").unwrap().email(), "");
    assert_eq!(code(NewDepartment::parse(" ", "")), "tickets.department_name");
    for bad in ["help", "help@example.org, b@example.org", "help@example.org\r\nBcc: x@example.org"] {
        assert_eq!(code(NewDepartment::parse("Support", bad)), "tickets.department_email", "{bad}");
    }
}

#[test]
fn a_number_is_found_with_and_without_its_sign() {
    assert_eq!(searched_number(" #1042 "), Some(1042));
    assert_eq!(searched_number("1042"), Some(1042));
    assert_eq!(searched_number("server 1042"), None);
}

#[test]
fn every_refusal_has_a_text_in_every_language() {
    let texts = Texts::embedded().unwrap();
    for refusal in TicketRefusal::ALL {
        let key = format!("error-{}", refusal.refusal().code);
        assert!(texts.has(&key), "{key}");
    }
    for state in TicketState::ALL {
        assert!(texts.has(&format!("tickets-state-{state}")));
    }
    for priority in Priority::ALL {
        assert_ne!(texts.get(Locale::De, &format!("tickets-priority-{priority}")), priority.as_str());
    }
}

proptest! {
    #[test]
    fn what_passes_as_a_message_has_no_control_characters(typed in any::<String>()) {
        if let Ok(body) = Body::parse(&typed) {
            prop_assert!(body.as_str().chars().all(|c| !c.is_control() || c == '\n' || c == '\t'));
            prop_assert!(!body.as_str().trim().is_empty());
            // Reading it again changes nothing.
            let again = Body::parse(body.as_str()).unwrap();
            prop_assert_eq!(again, body);
        }
    }

    #[test]
    fn what_passes_as_a_subject_is_one_line(typed in any::<String>()) {
        if let Ok(subject) = Subject::parse(&typed) {
            prop_assert!(!subject.as_str().chars().any(char::is_control));
            prop_assert!((1..=SUBJECT_MAX).contains(&subject.as_str().chars().count()));
        }
    }
}
