//! What hunts found in libraries as they are today: each by a few calls of that library alone, as it was shrunk. A test
//! that fails here tells that a library does it no more.

#![cfg(any(feature = "automerge", feature = "cola", feature = "crdts", feature = "diamond-types", feature = "yrs"))]

#[cfg(feature = "automerge")]
mod automerge {
    use automerge::transaction::Transactable;
    use automerge::{AutoCommit, ROOT, ReadDoc};

    #[test]
    fn the_winner_of_a_conflict_put_once_more_does_not_outlive_a_concurrent_deletion() {
        let mut one = AutoCommit::new().with_actor(vec![1].into());
        one.put(ROOT, "key", "tea").unwrap();
        let mut other = AutoCommit::new().with_actor(vec![2].into());
        other.put(ROOT, "key", "milk").unwrap();
        one.merge(&mut other).unwrap();
        other.merge(&mut one).unwrap();
        let winner = one.get(ROOT, "key").unwrap().map(|(value, _)| value.as_str().unwrap().to_owned()).unwrap();
        one.put(ROOT, "key", winner.as_str()).unwrap();
        other.delete(ROOT, "key").unwrap();
        one.merge(&mut other).unwrap();
        assert_eq!(one.get(ROOT, "key").unwrap(), None, "the put is concurrent to the deletion");
    }
}

#[cfg(feature = "crdts")]
mod crdts {
    use crdts::{CmRDT, CvRDT, Map, Orswot};

    #[test]
    fn a_map_that_is_merged_brings_back_what_its_removal_had_seen() {
        let add = |map: &Map<u8, Orswot<char, u8>, u8>, member| {
            map.update(7, map.read_ctx().derive_add_ctx(1), |set, context| set.add(member, context))
        };
        let mut one: Map<u8, Orswot<char, u8>, u8> = Map::new();
        one.apply(add(&one, 'b'));
        let mut other = one.clone();
        one.apply(add(&one, 'c'));
        other.apply(other.rm(7, other.get(&7).derive_rm_ctx()));
        assert!(other.is_empty().val);
        other.merge(one);
        let mut left: Vec<char> = other.get(&7).val.unwrap().read().val.into_iter().collect();
        left.sort_unstable();
        assert_eq!(left, ['b', 'c'], "the removal had seen b");
    }
}

#[cfg(feature = "cola")]
mod cola {
    use cola::Replica;

    #[test]
    #[should_panic(expected = "called `Result::unwrap_err()` on an `Ok` value")]
    fn an_insertion_that_waits_and_comes_again_panics() {
        let mut one = Replica::new(1, 0);
        let mut other = one.fork(2);
        let _first = one.inserted(0, 1);
        let second = one.inserted(1, 1);
        assert_eq!(other.integrate_insertion(&second), None, "it waits for the first");
        let _again = other.integrate_insertion(&second);
    }
}

#[cfg(feature = "yrs")]
mod yrs {
    use yrs::updates::decoder::Decode;
    use yrs::{ClientID, Doc, GetString, Map, ReadTxn, Text, Transact, Update};

    fn take(doc: &Doc, update: &[u8]) {
        doc.transact_mut().apply_update(Update::decode_v1(update).unwrap()).unwrap();
    }

    fn docs() -> [Doc; 3] {
        [1, 2, 3].map(|id| Doc::with_options(yrs::Options::with_client_id(ClientID::new(id))))
    }

    /// What others have to be told of a change of the map.
    fn put(doc: &Doc, value: &str) -> Vec<u8> {
        let map = doc.get_or_insert_map("map");
        let before = doc.transact().state_vector();
        map.insert(&mut doc.transact_mut(), "a", value);
        doc.transact().encode_diff_v1(&before)
    }

    #[test]
    fn three_writes_of_a_key_in_another_order_stay_pending() {
        let [a, b, c] = docs();
        let map = c.get_or_insert_map("map");
        let first = put(&a, "x");
        take(&b, &first);
        let second = put(&b, "y");
        take(&a, &second);
        let third = put(&a, "z");
        for update in [&second, &third, &first] {
            take(&c, update);
        }
        let txn = c.transact();
        let shown = map.get(&txn, "a").map(|value| value.to_string(&txn));
        assert_eq!((shown.as_deref(), txn.has_missing_updates()), (None, true), "all three updates came");
    }

    #[test]
    fn what_is_shown_beyond_a_gap_is_not_told() {
        let [a, b, c] = docs();
        let texts = [&a, &b, &c].map(|doc| doc.get_or_insert_text("text"));
        let type_in = |doc: &Doc, text: &yrs::TextRef, chunk: &str| {
            let before = doc.transact().state_vector();
            text.insert(&mut doc.transact_mut(), 0, chunk);
            doc.transact().encode_diff_v1(&before)
        };
        let one = type_in(&b, &texts[1], "x");
        take(&c, &one);
        let two = type_in(&a, &texts[0], "y");
        take(&b, &two);
        take(&c, &two);
        let three = type_in(&b, &texts[1], "z");
        take(&a, &three);
        assert_eq!(texts[0].get_string(&a.transact()), "zy", "what came is shown, though x is missing");
        let lacking = a.transact().encode_state_as_update_v1(&c.transact().state_vector());
        take(&c, &lacking);
        assert_eq!(texts[2].get_string(&c.transact()), "yx", "z is shown there, and not told");
    }
}
