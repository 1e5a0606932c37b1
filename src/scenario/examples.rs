//! What the fields of a scenario file look like, for those who wrote one of them in another way.

/// Each field, or each value that has brackets of its own, as it may be written. Where a name stands for several
/// things, that of the value around it comes first.
const EXAMPLES: &[(&str, &str)] = &[
    ("version", "version: 1"),
    ("name", "name: \"the cart survives\""),
    ("about", "about: \"two devices, one of them offline\""),
    ("system", "system: (data: \"or_set\", sync: \"full_state\")"),
    ("data", "data: \"or_set\""),
    ("sync", "sync: \"full_state\""),
    ("specimen", "specimen: \"lost_sibling\""),
    ("broadcast", "broadcast: \"causal_by_names\""),
    ("flapping.period", "period: \"150ms\""),
    ("period", "period: \"100ms\""),
    ("requests", "requests: [At(\"1s\", 0, Add(\"milk\"))]"),
    ("requests.At", "At(\"1s\", 0, Add(\"milk\"))"),
    ("Read", "Read(\"2s\", 1)"),
    ("Named", "Named(\"the milk\", \"1s\", 0, Add(\"milk\"))"),
    ("NamedRead", "NamedRead(\"a look\", \"2s\", 1)"),
    ("clients", "clients: (every: \"50ms\", odds: 0.5)"),
    ("bursts.every", "every: \"1s\""),
    ("every", "every: \"50ms\""),
    ("odds", "odds: 0.5"),
    ("roam", "roam: 0.1"),
    ("reads", "reads: 0.2"),
    ("fates", "fates: [Lost(\"c0 request 1 → n1\")]"),
    ("Lost", "Lost(\"c0 request 1 → n1\")"),
    ("After", "After(\"c0 request 1 → n1\", \"5ms\")"),
    ("Copies", "Copies(\"c0 request 1 → n1\", [\"1ms\", \"9ms\"])"),
    ("fates.Damaged", "Damaged(\"c0 request 1 → n1\", \"5ms\", 255)"),
    ("rest", "rest: Perfect"),
    ("topology.seed", "seed: 7"),
    ("seed", "seed: 8127"),
    ("origin", "origin: (scenario: \"everything at once\", seed: 8127, says: \"sec: they parted\")"),
    ("scenario", "scenario: \"everything at once\""),
    ("says", "says: \"sec: they parted\""),
    ("seeds", "seeds: 100"),
    ("checks", "checks: [(check: \"sec\")]"),
    ("check", "check: \"sec\""),
    ("often", "often: OneIn(4)"),
    ("OneIn", "OneIn(4)"),
    ("expect", "expect: Violates(\"sec\")"),
    ("Violates", "Violates(\"sec\")"),
    ("witness", "witness: [Dropped(10), Partitioned(\"1s\")]"),
    ("Dropped", "Dropped(10)"),
    ("Cut", "Cut(10)"),
    ("Partitioned", "Partitioned(\"1s\")"),
    ("Duplicated", "Duplicated(10)"),
    ("Inverted", "Inverted(10)"),
    ("Held", "Held(10)"),
    ("Queued", "Queued(10)"),
    ("Damaged", "Damaged(10)"),
    ("Crashed", "Crashed(1)"),
    ("HalfSent", "HalfSent(1)"),
    ("Restarted", "Restarted(1)"),
    ("Forgotten", "Forgotten(1)"),
    ("Unheard", "Unheard(1)"),
    ("Deferred", "Deferred(1)"),
    ("ClocksOff", "ClocksOff(1)"),
    ("Judged", "Judged(\"sec\", 100)"),
    ("matrix", "matrix: (sync: [\"full_state\", \"operations\"])"),
    ("matrix.data", "data: [\"or_set\", \"two_phase_set\"]"),
    ("matrix.sync", "sync: [\"full_state\", \"operations\"]"),
    ("matrix.specimen", "specimen: [\"lost_sibling\"]"),
    ("matrix.replicas", "replicas: [3, 5]"),
    ("matrix.period", "period: [\"50ms\", \"1s\"]"),
    ("skip_misfits", "skip_misfits: true"),
    ("mix", "mix: [(weight: 3, op: Add(\"milk\")), (op: Remove(\"milk\"))]"),
    ("weight", "weight: 3"),
    ("op", "op: Add(\"milk\")"),
    ("world", "world: (replicas: 3)"),
    ("replicas", "replicas: 3"),
    ("topology", "topology: Ring"),
    ("Tree", "Tree(arity: 2)"),
    ("arity", "arity: 2"),
    ("Grid", "Grid(width: 3)"),
    ("width", "width: 3"),
    ("RandomRegular", "RandomRegular(degree: 4)"),
    ("SmallWorld", "SmallWorld(degree: 4, rewire: 0.1)"),
    ("degree", "degree: 4"),
    ("rewire", "rewire: 0.1"),
    ("Regions", "Regions(of: [0, 1], round_trips: [[\"1ms\", \"90ms\"], [\"90ms\", \"1ms\"]])"),
    ("of", "of: [0, 1, 1]"),
    ("round_trips", "round_trips: [[\"1ms\", \"90ms\"], [\"90ms\", \"1ms\"]]"),
    ("Edges", "Edges([(0, 1), (1, 2)])"),
    ("link", "link: (latency: Uniform(\"1ms\", \"20ms\"), loss: 0.1)"),
    ("links", "links: [(from: 0, to: 1, link: (loss: 0.5))]"),
    ("links.from", "from: 0"),
    ("Hold.from", "from: 0"),
    ("to", "to: 1"),
    ("latency", "latency: Uniform(\"1ms\", \"20ms\")"),
    ("Constant", "Constant(\"5ms\")"),
    ("Uniform", "Uniform(\"1ms\", \"20ms\")"),
    ("Normal", "Normal(mean: \"50ms\", deviation: \"10ms\")"),
    ("HeavyTail", "HeavyTail(least: \"2ms\", median: \"15ms\", most: \"400ms\")"),
    ("TwoPeaks", "TwoPeaks(near: (\"5ms\", \"30ms\"), far: (\"200ms\", \"400ms\"), far_share: 0.1)"),
    ("mean", "mean: \"50ms\""),
    ("deviation", "deviation: \"10ms\""),
    ("least", "least: \"2ms\""),
    ("median", "median: \"15ms\""),
    ("most", "most: \"400ms\""),
    ("near", "near: (\"5ms\", \"30ms\")"),
    ("far", "far: (\"200ms\", \"400ms\")"),
    ("far_share", "far_share: 0.1"),
    ("loss", "loss: 0.1"),
    ("bursts", "bursts: (every: \"1s\", lasting: \"100ms\", loss: 0.9)"),
    ("lasting", "lasting: \"100ms\""),
    ("duplicates", "duplicates: (odds: 0.1, delay: Uniform(\"0s\", \"40ms\"))"),
    ("reorder", "reorder: (odds: 0.2, delay: Uniform(\"5ms\", \"60ms\"))"),
    ("delay", "delay: Uniform(\"5ms\", \"60ms\")"),
    ("fifo", "fifo: true"),
    ("bandwidth", "bandwidth: 1000"),
    ("damage", "damage: 0.01"),
    ("access", "access: Constant(\"1ms\")"),
    ("order", "order: Drawn"),
    ("duration", "duration: \"3s\""),
    ("settle", "settle: \"5s\""),
    ("clock", "clock: (skew: \"+50ms\", drift_ppm: 20)"),
    ("clocks", "clocks: { 1: (skew: \"+5min\") }"),
    ("skew", "skew: \"+5min\""),
    ("drift_ppm", "drift_ppm: 20"),
    ("granularity", "granularity: \"1ms\""),
    ("durability", "durability: Every(\"400ms\")"),
    ("Every", "Every(\"400ms\")"),
    ("durabilities", "durabilities: { 1: Never }"),
    ("faults", "faults: [Partition(shape: Halves, from: At(\"1s\"), until: At(\"2s\"))]"),
    ("Partition", "Partition(shape: Halves, from: At(\"1s\"), until: At(\"2s\"))"),
    ("shape", "shape: Isolate([0])"),
    ("Groups", "Groups([[0, 1], [2]])"),
    ("OneWay", "OneWay([0], [1, 2])"),
    ("Bridge", "Bridge(over: 0, half: [1])"),
    ("Isolate", "Isolate([0])"),
    ("over", "over: 0"),
    ("half", "half: [1]"),
    ("from", "from: At(\"1s\")"),
    ("until", "until: At(\"2s\")"),
    ("since", "since: At(\"1s\")"),
    ("at", "at: Between(\"1s\", \"2s\")"),
    ("At", "At(\"1s\")"),
    ("down.Between", "Between(\"50ms\", \"500ms\")"),
    ("Between", "Between(\"1s\", \"2s\")"),
    ("in_flight", "in_flight: Arrive"),
    ("flapping", "flapping: (period: \"150ms\")"),
    ("link_by_link", "link_by_link: true"),
    ("Crash", "Crash(who: Any, at: At(\"1s\"), down: For(\"200ms\"))"),
    ("who", "who: Replica(0)"),
    ("Replica", "Replica(0)"),
    ("after_sends", "after_sends: 1"),
    ("down", "down: For(\"200ms\")"),
    ("For", "For(\"200ms\")"),
    ("disk", "disk: Backup(\"300ms\")"),
    ("Backup", "Backup(\"300ms\")"),
    ("CloneOf", "CloneOf(0)"),
    ("identity", "identity: Fresh"),
    ("As", "As(0)"),
    ("Pause", "Pause(who: Any, from: At(\"1s\"), until: At(\"2s\"))"),
    ("Slow", "Slow(who: Any, from: At(\"1s\"), until: At(\"2s\"), each: \"5ms\")"),
    ("each", "each: \"5ms\""),
    ("ClockJump", "ClockJump(who: Any, at: At(\"1s\"), by: \"-30s\")"),
    ("by", "by: \"-30s\""),
    ("ClockFreeze", "ClockFreeze(who: Any, from: At(\"1s\"), until: At(\"2s\"))"),
    ("Hold", "Hold(from: 0, to: 1, since: At(\"1s\"), until: At(\"2s\"))"),
    ("most_events", "most_events: 1000000"),
    ("hash_messages", "hash_messages: true"),
    ("count_inversions", "count_inversions: true"),
];

/// How a field, or a value with brackets, may be written that stands in a value of some name.
pub(super) fn example(around: &str, name: &str) -> Option<&'static str> {
    let known = |key: &str| EXAMPLES.iter().find(|(known, _)| *known == key).map(|(_, example)| *example);
    known(&format!("{around}.{name}")).or_else(|| known(name))
}

/// An example, in a sentence.
pub(super) fn such_as(example: &str) -> String {
    format!("for example `{example}`")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use ron::error::Error;
    use serde::de::DeserializeOwned;

    use super::*;
    use crate::scenario::reading::options;
    use crate::scenario::{
        Activity, Bursts, Clock, Crash, Decision, Disk, Down, Duplicates, Durability, Expectation, Fault, File,
        Flapping, Impact, InFlight, Latency, Link, LinkRule, Matrix, Often, Order, Origin, Partition, Rebirth, Reorder,
        Request, Rest, Scenario, Shape, SystemName, Topology, Watch, Weighed, When, Who,
    };

    /// The fields that a group has, or that a variant of this name has.
    fn fields<T: DeserializeOwned>(variant: &str) -> Vec<&'static str> {
        match options().from_str::<T>(&format!("{variant}(nonsense: 0)")).map_err(|error| error.code) {
            Err(Error::NoSuchStructField { expected, .. }) => expected.to_vec(),
            _ => Vec::new(),
        }
    }

    /// The names that a choice is made from.
    fn variants<T: DeserializeOwned>() -> Vec<&'static str> {
        match options().from_str::<T>("Nonsense").map_err(|error| error.code) {
            Err(Error::NoSuchEnumVariant { expected, .. }) => expected.to_vec(),
            other => panic!("{:?} is no choice", other.err()),
        }
    }

    /// All fields of a file, and all names that choices are made from.
    fn all() -> (BTreeSet<&'static str>, BTreeSet<&'static str>) {
        let (mut all_fields, mut all_names) = (BTreeSet::new(), BTreeSet::new());
        macro_rules! groups {
            ($($group:ty),*) => {
                $(
                    let own = fields::<$group>("");
                    assert!(!own.is_empty(), "{} takes any field", stringify!($group));
                    all_fields.extend(own);
                )*
            };
        }
        macro_rules! choices {
            ($($choice:ty),*) => {
                $(
                    let own = variants::<$choice>();
                    all_fields.extend(own.iter().flat_map(|variant| fields::<$choice>(variant)));
                    all_names.extend(own);
                )*
            };
        }
        groups!(
            File, SystemName, Activity, Weighed, Watch, Matrix, Origin, Scenario, Link, LinkRule, Bursts, Duplicates,
            Reorder, Clock, Partition, Flapping, Crash
        );
        choices!(
            Request,
            Decision,
            Rest,
            Often,
            Expectation,
            Impact,
            Order,
            Durability,
            Topology,
            Latency,
            Fault,
            Shape,
            When,
            Who,
            InFlight,
            Down,
            Disk,
            Rebirth
        );
        (all_fields, all_names)
    }

    /// Whether a text has this word in it.
    fn has(text: &str, word: &str) -> bool {
        text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|found| found == word)
    }

    #[test]
    fn the_page_about_files_has_an_example_of_every_field_and_choice() {
        let page = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/README.md"));
        let (fields, names) = all();
        assert!(fields.len() > 80 && names.len() > 60, "{} fields, {} names", fields.len(), names.len());
        let missing: Vec<&&str> = fields.iter().filter(|field| !page.contains(&format!("{field}: "))).collect();
        assert!(missing.is_empty(), "the page lacks the fields {missing:?}");
        let missing: Vec<&&str> = names.iter().filter(|name| !has(page, name)).collect();
        assert!(missing.is_empty(), "the page lacks the names {missing:?}");
    }

    #[test]
    fn every_field_has_an_example() {
        let (fields, _) = all();
        let missing: Vec<&&str> = fields.iter().filter(|field| example("", field).is_none()).collect();
        assert!(missing.is_empty(), "no example for {missing:?}");
        for (name, example) in EXAMPLES {
            let name = name.rsplit('.').next().unwrap_or_default();
            assert!(has(example, name), "{example} is no example of {name}");
        }
    }
}
