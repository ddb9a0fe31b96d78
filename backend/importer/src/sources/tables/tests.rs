use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn a_set_of_ids_knows_what_a_plain_set_knows(ids in proptest::collection::vec(0u64..60, 0..80)) {
        let mut plain = std::collections::HashSet::new();
        let mut set = IdSet::default();
        for id in ids {
            prop_assert_eq!(set.insert(&id.to_string()), plain.insert(id));
        }
        for id in 0..62u64 {
            prop_assert_eq!(set.contains(&id.to_string()), plain.contains(&id));
        }
    }

    #[test]
    fn what_is_laid_aside_is_given_back_in_order(puts in proptest::collection::vec((0u8..5, ".{0,12}"), 0..40)) {
        let mut aside = Aside::default();
        for (owner, fact) in &puts {
            aside.put(&owner.to_string(), std::slice::from_ref(fact)).unwrap();
        }
        for owner in 0u8..4 {
            let wanted: Vec<Vec<String>> =
                puts.iter().filter(|(one, _)| *one == owner).map(|(_, fact)| vec![fact.clone()]).collect();
            prop_assert_eq!(aside.take(&owner.to_string()).unwrap(), wanted);
            prop_assert!(aside.take(&owner.to_string()).unwrap().is_empty());
        }
        let left = puts.iter().filter(|(one, _)| *one == 4).count();
        prop_assert_eq!(aside.left().unwrap(), if left > 0 { vec![("4".to_owned(), left)] } else { Vec::new() });
    }
}

#[test]
fn a_set_of_ids_takes_other_ids_than_numbers_and_keeps_leading_zeros_apart() {
    let mut set = IdSet::default();
    assert!(set.insert("7") && set.insert("007") && set.insert("sales") && set.insert("0"));
    assert!(!set.insert("007") && !set.insert("sales") && !set.contains("07"));
    assert!(set.insert(&u64::MAX.to_string()) && set.contains(&u64::MAX.to_string()));
}
