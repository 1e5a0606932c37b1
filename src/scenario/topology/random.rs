//! Networks drawn from a seed: random regular ones, and small worlds.
//!
//! Expects numbers that were checked. What comes out is simple, connected, and a function of the
//! arguments alone: an unlucky draw is mended, never drawn again.

use petgraph::unionfind::UnionFind;

use crate::base::{Concern, Dice, Name, Odds, Seed};

/// How often each link is drawn as the first of a swap, on average.
const SWAPS_PER_LINK: u32 = 10;

/// A network being drawn: its links, and for each replica the others it has, in rising order.
struct Web {
    pairs: Vec<(u32, u32)>,
    others: Vec<Vec<u32>>,
}

impl Web {
    /// A ring in which everyone is linked with the `degree / 2` next on either side, and for an odd
    /// degree with the one opposite.
    fn lattice(replicas: u32, degree: u32) -> Web {
        let mut web = Web { pairs: Vec::new(), others: vec![Vec::new(); replicas as usize] };
        let around = |replica: u32, step: u32| ((u64::from(replica) + u64::from(step)) % u64::from(replicas)) as u32;
        for step in 1..=degree / 2 {
            for replica in 0..replicas {
                web.add(replica, around(replica, step));
            }
        }
        if degree % 2 == 1 {
            for replica in 0..replicas / 2 {
                web.add(replica, around(replica, replicas / 2));
            }
        }
        web
    }

    fn add(&mut self, a: u32, b: u32) {
        self.pairs.push((a, b));
        self.enter(a, b);
        self.enter(b, a);
    }

    /// Puts another link in the place of one.
    fn replace(&mut self, at: usize, a: u32, b: u32) {
        let (old_a, old_b) = std::mem::replace(&mut self.pairs[at], (a, b));
        self.leave(old_a, old_b);
        self.leave(old_b, old_a);
        self.enter(a, b);
        self.enter(b, a);
    }

    fn enter(&mut self, owner: u32, other: u32) {
        let list = &mut self.others[owner as usize];
        let at = list.partition_point(|known| *known < other);
        list.insert(at, other);
    }

    fn leave(&mut self, owner: u32, other: u32) {
        let list = &mut self.others[owner as usize];
        let at = list.partition_point(|known| *known < other);
        list.remove(at);
    }

    fn linked(&self, a: u32, b: u32) -> bool {
        self.others[a as usize].binary_search(&b).is_ok()
    }

    /// The connected pieces, and the links that may be cut without making more: those that closed a
    /// cycle when all links were put in one by one.
    fn pieces(&self) -> (UnionFind<u32>, Vec<usize>) {
        let mut pieces = UnionFind::new(self.others.len());
        let spare = (0..self.pairs.len()).filter(|at| {
            let (a, b) = self.pairs[*at];
            !pieces.union(a, b)
        });
        let spare = spare.collect();
        (pieces, spare)
    }
}

/// A network in which everyone has `degree` links.
///
/// Two links at a time exchange ends, as in "On the uniform generation of random graphs with prescribed
/// degree sequences" (Milo and others, 2003), which keeps every degree.
pub(super) fn regular(replicas: u32, degree: u32, seed: Seed) -> Vec<(u32, u32)> {
    let mut web = Web::lattice(replicas, degree);
    let dice = Dice::new(seed);
    let name = Name::label("topology: random regular");
    let links = web.pairs.len() as u64;
    for draw in 0..links as u32 * SWAPS_PER_LINK {
        let drawn = dice.below(Concern::Fate, name, draw, links * links * 2);
        let (first, second) = ((drawn / 2 / links) as usize, (drawn / 2 % links) as usize);
        let (a, b) = web.pairs[first];
        let (c, d) = if drawn & 1 == 0 { web.pairs[second] } else { (web.pairs[second].1, web.pairs[second].0) };
        if a != c && b != d && !web.linked(a, c) && !web.linked(b, d) {
            web.replace(first, a, c);
            web.replace(second, b, d);
        }
    }
    join_by_swaps(&mut web);
    web.pairs
}

/// Swaps a spare link of every other piece with the first link, which stays in the first link's piece.
///
/// All degrees are at least 2 where there is more than one piece, so each piece has a cycle.
fn join_by_swaps(web: &mut Web) {
    let (mut pieces, spare) = web.pieces();
    for at in spare {
        let ((a, b), (c, d)) = (web.pairs[0], web.pairs[at]);
        if pieces.union(a, c) {
            web.replace(0, a, c);
            web.replace(at, b, d);
        }
    }
}

/// A ring lattice, some links of which lead somewhere else: "Collective dynamics of 'small-world'
/// networks" (Watts and Strogatz, 1998).
pub(super) fn small_world(replicas: u32, degree: u32, rewire: Odds, seed: Seed) -> Vec<(u32, u32)> {
    let mut web = Web::lattice(replicas, degree);
    let dice = Dice::new(seed);
    let name = Name::label("topology: small world");
    for at in 0..web.pairs.len() {
        let (from, _) = web.pairs[at];
        let known = &web.others[from as usize];
        let strangers = replicas - 1 - known.len() as u32;
        if strangers > 0 && dice.chance(Concern::Fate, name.part(0, 0), at as u32, rewire) {
            let nth = dice.below(Concern::Fate, name.part(1, 0), at as u32, u64::from(strangers)) as u32;
            let to = stranger(from, known, nth);
            web.replace(at, from, to);
        }
    }
    join_by_moves(&mut web, &dice, name.part(2, 0));
    web.pairs
}

/// The n-th replica that is neither `me` nor one of those known, which come in rising order.
fn stranger(me: u32, known: &[u32], nth: u32) -> u32 {
    let (before, after) = known.split_at(known.partition_point(|other| *other < me));
    let taken = before.iter().chain([&me]).chain(after);
    taken.fold(nth, |free, taken| if *taken <= free { free + 1 } else { free })
}

/// Moves one end of spare links into other pieces until there is but one.
///
/// There are no fewer links than replicas, so at least as many are spare as there are pieces.
fn join_by_moves(web: &mut Web, dice: &Dice, name: Name) {
    let replicas = web.others.len() as u32;
    let (mut pieces, spare) = web.pieces();
    for at in spare {
        let (from, _) = web.pairs[at];
        let start = dice.below(Concern::Fate, name, at as u32, u64::from(replicas)) as u32;
        let Some(to) = (start..replicas).chain(0..start).find(|to| !pieces.equiv(from, *to)) else { return };
        web.replace(at, from, to);
        pieces.union(from, to);
    }
}
