#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop where it stands")]

use proptest::prelude::*;

use super::*;

/// An answer with an SOA of serial 2027013101, its owner compressed.
fn answer(question: &[u8], flags: u16) -> Vec<u8> {
    let mut message = question.to_vec();
    message[2..4].copy_from_slice(&flags.to_be_bytes());
    message[6..8].copy_from_slice(&1_u16.to_be_bytes());
    message.extend_from_slice(&[0xc0, 12]);
    message.extend_from_slice(&SOA.to_be_bytes());
    message.extend_from_slice(&IN.to_be_bytes());
    message.extend_from_slice(&3_600_u32.to_be_bytes());
    let data =
        [b"\x03ns1\xc0\x0c\x0ahostmaster\xc0\x0c".as_slice(), &2_027_013_101_u32.to_be_bytes(), &[0; 16]].concat();
    message.extend_from_slice(&u16::try_from(data.len()).unwrap().to_be_bytes());
    message.extend_from_slice(&data);
    message
}

#[test]
fn the_serial_of_an_answer_with_authority_is_read() {
    let question = write_question(7, "example.org").unwrap();
    assert_eq!(read_answer(&answer(&question, 0x8400), &question), Ok(Said::Serial(2_027_013_101)));
}

#[test]
fn what_a_resolver_remembers_is_not_what_the_server_serves() {
    let question = write_question(7, "example.org").unwrap();
    assert_eq!(read_answer(&answer(&question, 0x8000), &question), Ok(Said::NotServed));
}

#[test]
fn refused_and_absent_are_not_served_and_failed_is_not_known() {
    let question = write_question(7, "example.org").unwrap();
    for (code, said) in
        [(3, Said::NotServed), (5, Said::NotServed), (9, Said::NotServed), (2, Said::Failed(2)), (1, Said::Failed(1))]
    {
        assert_eq!(read_answer(&answer(&question, 0x8400 | code), &question), Ok(said));
    }
    assert_eq!(read_answer(&answer(&question, 0x8600), &question), Ok(Said::Cut));
}

#[test]
fn an_answer_to_something_else_is_none() {
    let question = write_question(7, "example.org").unwrap();
    let other = write_question(7, "example.net").unwrap();
    assert!(read_answer(&answer(&other, 0x8400), &question).is_err());
    assert!(read_answer(&answer(&write_question(8, "example.org").unwrap(), 0x8400), &question).is_err());
    assert!(read_answer(&question, &question).is_err(), "a question is no answer");
}

#[test]
fn a_name_that_points_to_itself_ends() {
    let question = write_question(7, "example.org").unwrap();
    let mut message = answer(&question, 0x8400);
    let place = u16::try_from(question.len()).unwrap();
    message[question.len()..question.len() + 2].copy_from_slice(&(0xc000 | place).to_be_bytes());
    assert!(read_answer(&message, &question).is_err());
}

#[test]
fn names_with_impossible_labels_are_not_asked_for() {
    assert!(write_question(1, "a..b").is_none());
    assert!(write_question(1, &"x".repeat(64)).is_none());
    assert!(write_question(1, &"abcdefgh.".repeat(40)).is_none());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), keep in 0_usize..60) {
        let question = write_question(7, "example.org").unwrap();
        let _any = read_answer(&bytes, &question);
        let mut message = answer(&question, 0x8400);
        message.truncate(keep);
        message.extend_from_slice(&bytes);
        let _any = read_answer(&message, &question);
    }
}
