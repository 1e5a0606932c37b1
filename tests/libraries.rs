//! What hunts found in libraries as they are today: each by a few calls of that library alone, as it was shrunk. A test
//! that fails here tells that a library does it no more.

#![cfg(any(feature = "cola", feature = "diamond-types", feature = "yrs"))]

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

#[cfg(feature = "diamond-types")]
mod diamond_types {
    use diamond_types::list::ListCRDT;
    use diamond_types::list::encoding::{ENCODE_FULL, ENCODE_PATCH};

    #[test]
    fn a_deletion_that_comes_after_a_concurrent_insertion_and_then_another_insertion() {
        let (mut one, mut two, mut three) = (ListCRDT::new(), ListCRDT::new(), ListCRDT::new());
        let [a, b, c] =
            [("a", &mut one), ("b", &mut two), ("c", &mut three)].map(|(name, list)| list.get_or_create_agent_id(name));
        one.insert(a, 0, "x");
        let first = one.oplog.encode_from(ENCODE_PATCH, &[]);
        let told = one.oplog.local_version();
        one.delete_without_content(a, 0..1);
        let second = one.oplog.encode_from(ENCODE_PATCH, &told);
        two.insert(b, 0, "y");
        let beside = two.oplog.encode_from(ENCODE_PATCH, &[]);
        for patch in [&first, &beside, &second] {
            three.merge_data_and_ff(patch).unwrap();
        }
        println!("{:?}", three.oplog.local_version());
        let mut loaded = ListCRDT::load_from(&three.oplog.encode(ENCODE_FULL)).unwrap();
        println!("{:?}", loaded.oplog.local_version());
        three.insert(c, 0, "z");
        let d = loaded.get_or_create_agent_id("d");
        loaded.insert(d, 0, "z");
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
        let update = doc.transact().encode_diff_v1(&before);
        update
    }

    #[test]
    fn three_writes_of_a_key_in_another_order() {
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
        assert_eq!((shown.as_deref(), txn.has_missing_updates()), (Some("z"), false));
    }

    #[test]
    fn what_is_shown_beyond_a_gap_is_told() {
        let [a, b, c] = docs();
        let texts = [&a, &b, &c].map(|doc| doc.get_or_insert_text("text"));
        let type_in = |doc: &Doc, text: &yrs::TextRef, chunk: &str| {
            let before = doc.transact().state_vector();
            text.insert(&mut doc.transact_mut(), 0, chunk);
            let update = doc.transact().encode_diff_v1(&before);
            update
        };
        let one = type_in(&b, &texts[1], "x");
        take(&c, &one);
        let two = type_in(&a, &texts[0], "y");
        take(&b, &two);
        take(&c, &two);
        let three = type_in(&b, &texts[1], "z");
        take(&a, &three);
        println!("{:?} {:?}", texts[0].get_string(&a.transact()), a.transact().has_missing_updates());
        let lacking = a.transact().encode_state_as_update_v1(&c.transact().state_vector());
        take(&c, &lacking);
        println!("{:?} {:?}", texts[2].get_string(&c.transact()), c.transact().has_missing_updates());
        assert!(texts[2].get_string(&c.transact()).contains('z'));
    }
}
