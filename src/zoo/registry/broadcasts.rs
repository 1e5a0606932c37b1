//! Broadcasts that can be asked for by name: stacks of layers, each held to what it promises.

use crate::base::{Entry, ReplicaId, Span};
use crate::model::broadcast::Say;
use crate::zoo::System;
use crate::zoo::broadcast::{
    BestEffort, Body, Causal, Dependent, Eager, Fifo, Flood, ForwardOnce, Gossip, Ground, Misfit, Mode, Once, Plumtree,
    Retransmit, Sequenced, Stable,
};

type Broadcasting = System<Say<String>, Vec<String>>;

/// A stack of layers, on links of some kind, with so much time between two rounds.
pub(super) struct Stack {
    pub(super) entry: Entry,
    pub(super) on: fn(Ground, Span) -> Result<Broadcasting, Misfit>,
}

/// How many posts of its own a replica keeps for those who have not acknowledged them, and a sequencer for those who
/// lack them.
const ROOM: u32 = 1000;

/// How many posts are remembered behind a gap that need not close.
const REMEMBERED: u32 = 64;

/// To how many neighbours a post is forwarded that is forwarded once.
const FAN_OUT: u32 = 2;

fn gossip<B: Body>(ground: Ground, mode: Mode, period: Span) -> Gossip<B> {
    Gossip::on(ground, mode, 1, period)
}

/// All of them.
pub(super) const STACKS: [Stack; 15] = [
    Stack {
        entry: Entry {
            name: "best_effort",
            line: "tell every neighbour once, and hope",
            explained: "What it comes to is what the links do. Nothing is sent again and nobody passes anything on, so a \
                        sender that dies half way leaves replicas apart, what is lost is lost, and what the network \
                        repeats is delivered twice. The usual example of what the others are for.",
        },
        on: |ground, _| Ok(System::broadcasting(BestEffort::on(ground))),
    },
    Stack {
        entry: Entry {
            name: "once",
            line: "best effort without duplicates",
            explained: "A number for each sender and what came behind gaps are remembered, and what came before is not \
                        delivered again. Links lose, so gaps stay: a bounded number of posts is remembered behind \
                        them, and what comes after its gap was given up counts as lost.",
        },
        on: |ground, _| Ok(System::broadcasting(Once::over(BestEffort::on(ground), REMEMBERED))),
    },
    Stack {
        entry: Entry {
            name: "forward_once",
            line: "whoever sees a post first tells two neighbours by chance, and rests",
            explained: "It promises no delivery: with a fan-out of f it reaches the share s of many replicas for which \
                        s = 1 - exp(-f s), four in five for two. Kept for comparison with gossip that goes on. From \
                        *Epidemic Algorithms for Replicated Database Maintenance* (1987).",
        },
        on: |ground, _| Ok(System::broadcasting(ForwardOnce::on(ground, FAN_OUT))),
    },
    Stack {
        entry: Entry {
            name: "retransmit",
            line: "tell every neighbour until each has said that it heard",
            explained: "It reaches neighbours over links that lose, and nobody beyond. Where a sender dies for good half \
                        way, some are told and some are not. A post is kept until all neighbours have acknowledged it; \
                        one that never comes back fills the room for them, and further broadcasts are refused.",
        },
        on: |ground, period| Ok(System::broadcasting(Retransmit::on(ground, period, ROOM))),
    },
    Stack {
        entry: Entry {
            name: "eager",
            line: "whoever sees a post first passes it on to all",
            explained: "So all are told as soon as one that lives has been, and the sender may die half way. It takes \
                        about n² messages among n replicas, and stands on retransmission. From *Unreliable Failure \
                        Detectors for Reliable Distributed Systems* (1996).",
        },
        on: |ground, period| Ok(System::broadcasting(Eager::over(Retransmit::on(ground, period, ROOM))?)),
    },
    Stack {
        entry: Entry {
            name: "flood",
            line: "eager relaying with fewer messages",
            explained: "Whoever sees a post first tells all neighbours but the one it came from, and each again until it \
                        has said that it heard; a neighbour that sends a post has it, and is neither told nor waited \
                        for. One that never comes back lets memory grow, and holds up nobody.",
        },
        on: |ground, period| Ok(System::broadcasting(Flood::on(ground, period))),
    },
    Stack {
        entry: Entry {
            name: "gossip",
            line: "each period a neighbour by chance, and what one of the two lacks: push and pull",
            explained: "Every message bears a digest of what its sender holds, brings along what the receiver is not \
                        known to hold, and asks for what the sender lacks. Nobody stops, so everything comes \
                        everywhere over links that lose, in about log n periods. From *Epidemic Algorithms for \
                        Replicated Database Maintenance* (1987).",
        },
        on: |ground, period| Ok(System::broadcasting(gossip(ground, Mode::PushPull, period))),
    },
    Stack {
        entry: Entry {
            name: "gossip_by_push",
            line: "each period a neighbour by chance is given what it may lack",
            explained: "As `gossip`, but nobody asks: fast while few know a post, slow for the last who do not. From \
                        *Epidemic Algorithms for Replicated Database Maintenance* (1987).",
        },
        on: |ground, period| Ok(System::broadcasting(gossip(ground, Mode::Push, period))),
    },
    Stack {
        entry: Entry {
            name: "gossip_by_pull",
            line: "each period a neighbour by chance is asked for what is lacking here",
            explained: "As `gossip`, but nothing is given that was not asked for: slow while few know a post, fast for \
                        the last who do not. From *Epidemic Algorithms for Replicated Database Maintenance* (1987).",
        },
        on: |ground, period| Ok(System::broadcasting(gossip(ground, Mode::Pull, period))),
    },
    Stack {
        entry: Entry {
            name: "plumtree",
            line: "bodies along the branches of a tree, mere names along all other links",
            explained: "At first every link is a branch; whoever gets a post a second time prunes the link it came by, \
                        and a spanning tree is left. An announced post that does not come is asked for, and its link \
                        becomes a branch again: the tree repairs itself. From *Epidemic Broadcast Trees* (2007).",
        },
        on: |ground, period| Ok(System::broadcasting(Plumtree::on(ground, period))),
    },
    Stack {
        entry: Entry {
            name: "fifo",
            line: "one sender's posts in the order of sending, over gossip",
            explained: "A post that is not its sender's next waits for those between; posts of different senders come \
                        as they may. A reply can be shown before its question, if another asked it.",
        },
        on: |ground, period| Ok(System::broadcasting(Fifo::over(gossip(ground, Mode::PushPull, period))?)),
    },
    Stack {
        entry: Entry {
            name: "causal",
            line: "a reply is not shown before its question: vector clocks, over gossip",
            explained: "A post bears what its sender had delivered, and waits until all of that is delivered here. Only \
                        sending counts in the clock: a receiver that counted receipts too would wait for ever. What is \
                        concurrent comes in any order, and not in the same one everywhere. From *Lightweight Causal and \
                        Atomic Group Multicast* (1991).",
        },
        on: |ground, period| Ok(System::broadcasting(Causal::over(gossip(ground, Mode::PushPull, period))?)),
    },
    Stack {
        entry: Entry {
            name: "causal_by_names",
            line: "the same by lists of what a post must come after, over gossip",
            explained: "A post names those posts that its sender had delivered and that no other of them came after: in \
                        quiet times that is one. The cost follows what is concurrent, and not how many replicas there \
                        are. After *Bolt-on Causal Consistency* (2013).",
        },
        on: |ground, period| Ok(System::broadcasting(Dependent::over(gossip(ground, Mode::PushPull, period))?)),
    },
    Stack {
        entry: Entry {
            name: "total",
            line: "one order for all, given by a sequencer, over gossip",
            explained: "The first replica gives every post its place, and all deliver place by place, their own posts \
                        too. Total order is causal order here. Nothing is delivered while the sequencer is away, and \
                        where it never comes back that is for ever. It needs a link between every two replicas. After \
                        *Reliable Broadcast Protocols* (1984).",
        },
        on: |ground, period| {
            let below = gossip(ground, Mode::PushPull, period);
            Ok(System::broadcasting(Sequenced::over(below, ReplicaId(0), period, ROOM)?))
        },
    },
    Stack {
        entry: Entry {
            name: "stable",
            line: "causal order, and word of what every member has delivered",
            explained: "Members tell each other from time to time how far they are; the meet of that is stable, and what \
                        garbage collection waits for: nothing concurrent to a stable post can come any more. Membership \
                        is fixed, so a member that is away holds stability up. After *Making Operation-Based CRDTs \
                        Operation-Based* (2014).",
        },
        on: |ground, period| {
            let causal = Causal::over(gossip(ground, Mode::PushPull, period))?;
            Ok(System::broadcasting(Stable::over(causal, period)?).held_to("stability"))
        },
    },
];
