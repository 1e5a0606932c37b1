//! What can go wrong in a world, as a catalogue: what each fault is called, does, and looks like in a file.

use crate::base::Entry;

/// All faults, those of links first.
pub const FAULTS: [Entry; 22] = [
    Entry {
        name: "loss",
        line: "a message never arrives",
        explained: "Each message is lost by itself, with the same odds. Whoever sends something once and counts on it is \
                    found out. In a file: `link: (loss: 0.1)`.",
    },
    Entry {
        name: "bursts",
        line: "many messages are lost in a row",
        explained: "In each stretch of time one burst begins at a drawn moment, and in it messages are lost with odds of \
                    their own: so real networks lose, and three tries within a burst are as good as one. In a file: \
                    `link: (bursts: (every: \"1s\", lasting: \"100ms\", loss: 0.9))`.",
    },
    Entry {
        name: "duplicates",
        line: "a message arrives more than once",
        explained: "A further copy comes with some odds, asked again after each, up to three, and later than a message of \
                    its own would. A counter that adds on delivery counts it twice. In a file: \
                    `link: (duplicates: (odds: 0.1, delay: Uniform(\"0s\", \"80ms\")))`.",
    },
    Entry {
        name: "reorder",
        line: "a message is held up, and later ones overtake it",
        explained: "Some messages take longer than their latency. Only pairs that really arrived the wrong way round count \
                    as reordered. In a file: `link: (reorder: (odds: 0.2, delay: Uniform(\"10ms\", \"100ms\")))`.",
    },
    Entry {
        name: "latency",
        line: "a message takes its time, of five shapes",
        explained: "`Constant`, `Uniform`, `Normal`, `HeavyTail` (mostly short and sometimes very long) and `TwoPeaks` \
                    (the same building, or across an ocean); a topology of `Regions` adds the distance. In a file: \
                    `link: (latency: HeavyTail(least: \"2ms\", median: \"15ms\", most: \"400ms\"))`.",
    },
    Entry {
        name: "fifo",
        line: "a link keeps messages in order, whatever that costs",
        explained: "No fault by itself, but what many take for granted: a message waits for all that were sent before it \
                    on its link. In a file: `link: (fifo: true)`.",
    },
    Entry {
        name: "bandwidth",
        line: "a link takes so many bytes a second, and the rest waits",
        explained: "A message occupies its link for as long as its bytes take, and what is sent meanwhile queues behind \
                    it. Full states are slow then. In a file: `link: (bandwidth: 20000)`.",
    },
    Entry {
        name: "damage",
        line: "the bytes of a message change on the way",
        explained: "A copy whose damage is noticed is thrown away; one whose damage is not arrives with other content, and \
                    whoever takes that in is no longer judged. In a file: `link: (damage: 0.01)`.",
    },
    Entry {
        name: "hold",
        line: "what is sent on a link is held back until some moment",
        explained: "Messages sent from one replica to another in a stretch of time are let go together at its end. In a \
                    file: `faults: [Hold(from: 0, to: 1, since: At(\"100ms\"), until: At(\"900ms\"))]`.",
    },
    Entry {
        name: "partition",
        line: "some replicas cannot hear some others for a while",
        explained: "Of any shape: `Halves` (drawn), `Groups`, `OneWay`, `Isolate`, and a `Bridge` that both halves share; \
                    written or drawn in time, overlapping others, healing by itself or never. What is under way when it \
                    begins is cut off, or arrives if `in_flight` says so. In a file: `faults: [Partition((shape: Halves, \
                    from: Between(\"100ms\", \"300ms\"), until: At(\"900ms\")))]`.",
    },
    Entry {
        name: "flapping",
        line: "a partition comes and goes",
        explained: "It stands for a period and is open for one; link by link, each link does so by itself, so that now one \
                    way is open and now another. In a file: `faults: [Partition((shape: Isolate([2]), from: At(\"0s\"), \
                    until: At(\"900ms\"), flapping: (period: \"50ms\", link_by_link: true)))]`.",
    },
    Entry {
        name: "crash",
        line: "a replica dies, and comes back with what its disk holds",
        explained: "Timers and what waited for the replica die with it; messages that arrive after its return are \
                    delivered. It may be away for a written or drawn time, or for ever. In a file: `faults: [Crash((who: \
                    Any, at: Between(\"200ms\", \"600ms\"), down: For(\"100ms\")))]`.",
    },
    Entry {
        name: "half_sent",
        line: "a replica dies between two sends of one handler",
        explained: "What it would have sent after so many sends is never sent: some have been told and some have not. In a \
                    file: `faults: [Crash((who: Any, at: At(\"200ms\"), after_sends: 1, down: Forever))]`.",
    },
    Entry {
        name: "state_loss",
        line: "a replica comes back with nothing",
        explained: "Under its old identity, it gives numbers a second time that others have seen: the branch that loses its \
                    tally sheet and starts at zero. A new identity (`identity: Fresh`) is the cure. In a file: `faults: \
                    [Crash((who: Replica(1), at: At(\"400ms\"), down: For(\"50ms\"), disk: Nothing))]`.",
    },
    Entry {
        name: "backup",
        line: "a replica comes back as it was some time before",
        explained: "A restored backup: others have seen what came after it, and the replica has not. In a file: `faults: \
                    [Crash((who: Any, at: At(\"600ms\"), down: For(\"50ms\"), disk: Backup(\"300ms\")))]`.",
    },
    Entry {
        name: "cloned_disk",
        line: "a replica comes back with another's disk and name",
        explained: "Two sign with one identity: the machine image that was copied with the identifier in it. In a file: \
                    `faults: [Crash((who: Replica(2), at: At(\"400ms\"), down: For(\"50ms\"), disk: CloneOf(0), \
                    identity: As(0)))]`.",
    },
    Entry {
        name: "durability",
        line: "the disk is written later than one thinks, or never",
        explained: "Without it the world saves after each event that changed something, before any message leaves. \
                    `Every(\"1s\")` saves now and then, `Explicit` only what the replica saves and syncs by itself, `Never` \
                    nothing. It shows where somebody crashes. In a file: `durability: Every(\"100ms\")`.",
    },
    Entry {
        name: "pause",
        line: "a replica stops for a while, and everything waits for it",
        explained: "A long collection of garbage, a laptop that sleeps: no event is lost, and the replica does not notice. \
                    In a file: `faults: [Pause(who: Any, from: At(\"100ms\"), until: At(\"600ms\"))]`.",
    },
    Entry {
        name: "slow",
        line: "a replica takes time over each event",
        explained: "What comes meanwhile waits in line. In a file: `faults: [Slow(who: Replica(0), from: At(\"100ms\"), \
                    until: At(\"900ms\"), each: \"20ms\")]`.",
    },
    Entry {
        name: "clock",
        line: "a clock is off, drifts, or shows coarse steps",
        explained: "Skew from the start, drift in millionths, and a smallest step within which two events read the same \
                    time; for all replicas or for one. Timers do not follow it: a wrong clock misleads about when it is, \
                    not about how long one waits. In a file: `clocks: {0: (skew: \"5min\", drift_ppm: 50, granularity: \
                    \"10ms\")}`.",
    },
    Entry {
        name: "clock_jump",
        line: "a clock is set forward or back",
        explained: "By a time server, or by hand. Stamps of a clock that was set back lose to older ones. In a file: \
                    `faults: [ClockJump(who: Any, at: At(\"500ms\"), by: \"-200ms\")]`.",
    },
    Entry {
        name: "clock_freeze",
        line: "a clock stands still, and then shows the right time again",
        explained: "Everything that a replica stamps meanwhile bears one time. In a file: `faults: [ClockFreeze(who: Any, \
                    from: At(\"100ms\"), until: At(\"700ms\"))]`.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::File;

    #[test]
    fn what_a_fault_looks_like_in_a_file_can_be_read_and_run() {
        for fault in FAULTS {
            let (_, example) = fault.explained.split_once("In a file: `").expect(fault.name);
            let example = example.trim_end_matches("`.");
            let text = format!(
                r#"(version: 1, name: "example", system: (data: "g_set", sync: "full_state"),
                    world: (replicas: 3, {example}))"#
            );
            let file = File::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", fault.name));
            assert!(file.world.plan().is_ok(), "{}: {example}", fault.name);
        }
    }
}
