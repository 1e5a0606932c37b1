//! What a layer promises to the one above, and how a composition that lacks something is refused.
//!
//! Says nothing of how a promise is kept. The law: a promise holds among replicas that stay up or come
//! back with what they saved, on links that do no worse than their [`Ground`] says.

use std::fmt;

/// One thing that a broadcast can be counted on for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Promise {
    /// Every two replicas are linked, so that one can ask another directly.
    Direct,
    /// What a live replica sends comes to each live neighbour.
    Neighbours,
    /// What a live replica broadcasts, every live replica delivers.
    Reliable,
    /// What one live replica delivers, all do, also where the sender died half way.
    SurvivesSender,
    /// Nothing is delivered twice.
    NoDuplicates,
    /// Of one sender's messages the earlier is delivered first.
    Fifo,
    /// What a sender had delivered before it spoke is delivered before what it said.
    Causal,
    /// All deliver in one order, without gaps.
    Total,
}

impl Promise {
    const ALL: [Promise; 8] = [
        Promise::Direct,
        Promise::Neighbours,
        Promise::Reliable,
        Promise::SurvivesSender,
        Promise::NoDuplicates,
        Promise::Fifo,
        Promise::Causal,
        Promise::Total,
    ];

    /// The end of a sentence that begins with "it needs that".
    fn sentence(self) -> &'static str {
        match self {
            Promise::Direct => "every two replicas are linked",
            Promise::Neighbours => "what a live replica sends comes to each live neighbour",
            Promise::Reliable => "what a live replica broadcasts is delivered by every live replica",
            Promise::SurvivesSender => "what one replica delivers all deliver, also where the sender died half way",
            Promise::NoDuplicates => "nothing is delivered twice",
            Promise::Fifo => "one sender's messages are delivered in the order of sending",
            Promise::Causal => "what a sender had delivered is delivered before what it says",
            Promise::Total => "all deliver in one order",
        }
    }

    /// The check that holds a broadcast to it, of those promises that are for whoever uses the broadcast.
    pub fn check(self) -> Option<&'static str> {
        match self {
            Promise::SurvivesSender => Some("agreement"),
            Promise::NoDuplicates => Some("duplication"),
            Promise::Fifo => Some("fifo"),
            Promise::Causal => Some("causal"),
            Promise::Total => Some("total"),
            Promise::Direct | Promise::Neighbours | Promise::Reliable => None,
        }
    }

    /// What would give it.
    fn remedy(self) -> &'static str {
        match self {
            Promise::Direct => "a full mesh",
            Promise::Neighbours => "retransmission",
            Promise::Reliable => "retransmission on a full mesh, gossip or a push tree",
            Promise::SurvivesSender => "eager relaying, gossip or a push tree",
            Promise::NoDuplicates => "suppression of duplicates",
            Promise::Fifo => "FIFO order",
            Promise::Causal => "causal order",
            Promise::Total => "a sequencer",
        }
    }
}

/// A set of promises. A promise brings along those that follow from it: who reaches all reaches the
/// neighbours, and causal order is FIFO.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Promises(u8);

impl Promises {
    /// None.
    pub const NONE: Promises = Promises(0);

    /// These, and what follows from them.
    pub const fn of(promises: &[Promise]) -> Promises {
        let (mut bits, mut i) = (0, 0);
        while i < promises.len() {
            let brought = match promises[i] {
                Promise::Reliable => 1 << Promise::Neighbours as u8,
                Promise::Causal => 1 << Promise::Fifo as u8,
                _ => 0,
            };
            bits |= brought | 1 << promises[i] as u8;
            i += 1;
        }
        Promises(bits)
    }

    /// Whether this one is among them.
    pub const fn has(self, promise: Promise) -> bool {
        self.0 & 1 << promise as u8 != 0
    }

    /// All of both.
    pub const fn and(self, other: Promises) -> Promises {
        Promises(self.0 | other.0)
    }

    /// Those of these that are also among the others.
    pub const fn within(self, others: Promises) -> Promises {
        Promises(self.0 & others.0)
    }

    /// What is left of these above a layer that relays and numbers posts itself: who is reached.
    pub(super) const fn relayed(self) -> Promises {
        self.within(Promises::of(&[Promise::Direct]))
    }

    /// Those of these that are not among the others.
    pub const fn without(self, others: Promises) -> Promises {
        Promises(self.0 & !others.0)
    }

    /// One by one.
    pub fn iter(self) -> impl Iterator<Item = Promise> {
        Promise::ALL.into_iter().filter(move |promise| self.has(*promise))
    }
}

/// What the links at the bottom are taken to do. A network that does worse breaks the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ground {
    /// Whether every two replicas are linked.
    pub mesh: bool,
    /// Whether messages may be lost.
    pub loses: bool,
    /// Whether a message may arrive more than once.
    pub repeats: bool,
    /// Whether a message may overtake an earlier one of its link.
    pub reorders: bool,
}

impl Ground {
    /// A full mesh on which nothing goes wrong.
    pub const PERFECT: Ground = Ground { mesh: true, loses: false, repeats: false, reorders: false };
    /// A full mesh that loses, repeats and reorders.
    pub const HOSTILE: Ground = Ground { mesh: true, loses: true, repeats: true, reorders: true };

    /// The same links, not between all.
    pub const fn sparse(self) -> Ground {
        Ground { mesh: false, ..self }
    }

    /// What it comes to when every neighbour is told once.
    pub fn promises(self) -> Promises {
        let mut promises = Promises::NONE;
        for (holds, promise) in [
            (self.mesh, Promise::Direct),
            (!self.loses, Promise::Neighbours),
            (self.mesh && !self.loses, Promise::Reliable),
            (!self.repeats, Promise::NoDuplicates),
            (!self.reorders, Promise::Fifo),
        ] {
            if holds {
                promises = promises.and(Promises::of(&[promise]));
            }
        }
        promises
    }
}

/// In words: `links that lose and repeat`.
impl fmt::Display for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults = [(self.loses, "lose"), (self.repeats, "repeat"), (self.reorders, "reorder")];
        let faults: Vec<&str> = faults.into_iter().filter(|(does, _)| *does).map(|(_, what)| what).collect();
        f.write_str(if self.mesh { "links" } else { "sparse links" })?;
        match faults[..] {
            [] => f.write_str(" without faults"),
            [one] => write!(f, " that {one}"),
            [one, two] => write!(f, " that {one} and {two}"),
            _ => f.write_str(" that lose, repeat and reorder"),
        }
    }
}

/// A composition that cannot keep its word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Who needs something.
    pub who: String,
    /// What it was to stand on.
    pub below: String,
    /// What is missing there.
    pub lacks: Promises,
}

impl Misfit {
    /// Whether someone who needs this much can stand on what promises that much.
    pub fn check(who: &str, needs: Promises, below: &str, promised: Promises) -> Result<(), Misfit> {
        match needs.without(promised) {
            Promises::NONE => Ok(()),
            lacks => Err(Misfit { who: who.to_owned(), below: below.to_owned(), lacks }),
        }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cannot stand on {}", self.who, self.below)?;
        let mut gap = ": it needs that";
        for promise in self.lacks.iter() {
            write!(f, "{gap} {}", promise.sentence())?;
            gap = ", and that";
        }
        // The strongest of what is missing brings the weaker along.
        match self.lacks.iter().last() {
            Some(promise) => write!(f, "; put {} below it", promise.remedy()),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Misfit {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promises_bring_along_what_follows_from_them() {
        let causal = Promises::of(&[Promise::Causal, Promise::Reliable]);
        assert!(causal.has(Promise::Fifo) && causal.has(Promise::Neighbours));
        assert!(!causal.has(Promise::Total) && !causal.has(Promise::NoDuplicates));
        assert_eq!(Promises::of(&[Promise::Fifo]).without(causal), Promises::NONE);
    }

    #[test]
    fn grounds_say_what_they_do() {
        let loses = Ground { loses: true, ..Ground::PERFECT };
        assert_eq!(Ground::PERFECT.to_string(), "links without faults");
        assert_eq!(loses.sparse().to_string(), "sparse links that lose");
        assert_eq!(Ground { repeats: true, ..loses }.to_string(), "links that lose and repeat");
        assert_eq!(Ground::HOSTILE.to_string(), "links that lose, repeat and reorder");
        assert!(Ground::PERFECT.promises().has(Promise::Reliable));
        assert!(!Ground::PERFECT.sparse().promises().has(Promise::Reliable), "the far ones are not told");
        assert_eq!(Ground::HOSTILE.promises(), Promises::of(&[Promise::Direct]));
    }
}
