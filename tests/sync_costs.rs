//! What syncs cost, in bytes and comparisons, is within the bounds that one counts on.
//!
//! `reports/sync_costs.md` has the figures.

mod measured;

use measured::sync_costs::{Network, changes, comparisons};

#[test]
fn one_change_among_a_thousand_entries_costs_less_than_a_fiftieth_of_the_state() {
    for change in changes() {
        let (what, with_headers) = (change.what, change.with_headers());
        assert_eq!(change.delta.messages, 2, "{what}: a delta and an acknowledgement");
        assert!(with_headers * 50 < change.full, "{what}: {with_headers} bytes, and {} for the state", change.full);
        assert!(change.full > 5_000 && change.delta.bytes > 4, "{what}: so few bytes are no real encoding");
    }
}

#[test]
fn deltas_cost_less_than_states_and_less_still_without_echo() {
    for network in Network::ALL {
        let [full, plain, lean] = network.gossip().map(|traffic| traffic.bytes);
        assert!(lean * 2 < plain && plain < full, "{network:?}: {lean}, {plain} and {full} bytes");
    }
}

#[test]
fn one_differing_key_among_65536_is_found_with_less_than_a_hundred_comparisons() {
    for comparison in comparisons() {
        let (nodes, keys) = (comparison.compared.nodes, comparison.compared.keys);
        assert!(nodes > 48 && nodes + keys < 100, "{nodes} hashes and {keys} keys compared");
        assert!(comparison.traffic.bytes < 2_000, "{} bytes", comparison.traffic.bytes);
    }
}
