//! The order in which what was typed together stays together as far as that can be.
//!
//! An element's left origin is what stood before its place in its writer's view, and its right origin what came
//! right behind that, tombstones counted. *The Art of the Fugue* (2025) asks that (a) the first element with left
//! origin A stands next to A; (b) the last one with right origin B next to B, unless that would break (a); and (c)
//! of two with equal origins the one with the lower identifier comes first; and shows that this fixes the order.
//! Here it is built: a writer hangs an element to the right of its left origin, or, if something hangs there
//! already, to the left of its right origin; and what hangs to one side of one element is in the order of the
//! right origins, the farthest first, and then of the identifiers.

use std::cmp::{Ordering, Reverse};

use super::row::Row;

/// All elements, deleted ones too, in that order.
#[derive(Clone, Debug, Default)]
pub(super) struct Whole {
    row: Row,
    elements: Vec<Hung>,
    /// What hangs to the right of the start.
    first: Vec<u32>,
}

/// An element and what hangs at it.
#[derive(Clone, Debug)]
struct Hung {
    left: Option<u32>,
    right: Option<u32>,
    on_left: Vec<u32>,
    on_right: Vec<u32>,
}

impl Whole {
    pub(super) fn reset(&mut self) {
        self.row.clear();
        self.elements.clear();
        self.first.clear();
    }

    /// What an element was inserted between.
    pub(super) fn origins(&self, element: u32) -> [Option<u32>; 2] {
        let Hung { left, right, .. } = self.elements[element as usize];
        [left, right]
    }

    /// Puts the next element in: what stood before it, what its writer knew, and the order of identifiers.
    pub(super) fn insert(
        &mut self,
        left: Option<u32>,
        knew: impl Fn(u32) -> bool,
        by_identifier: impl Fn(u32, u32) -> Ordering,
    ) {
        let new = self.elements.len() as u32;
        let right = self.row.part(self.row.behind(left)..).iter().copied().find(|element| knew(*element));
        self.elements.push(Hung { left, right, on_left: Vec::new(), on_right: Vec::new() });
        let place = match right.filter(|_| self.on_right(left).iter().any(|element| knew(*element))) {
            Some(parent) => {
                let at =
                    self.elements[parent as usize].on_left.partition_point(|other| by_identifier(*other, new).is_lt());
                let next = self.elements[parent as usize].on_left.get(at).copied();
                self.elements[parent as usize].on_left.insert(at, new);
                self.row.place(next.map_or(parent, |next| self.first_of(next)))
            }
            None => {
                let distance = |element: u32| {
                    Reverse(self.elements[element as usize].right.map_or(usize::MAX, |right| self.row.place(right)))
                };
                let before =
                    |other: &u32| distance(*other).cmp(&distance(new)).then_with(|| by_identifier(*other, new)).is_lt();
                let siblings = self.on_right(left);
                let at = siblings.partition_point(before);
                let last = at.checked_sub(1).map(|last| siblings[last]);
                match left {
                    Some(parent) => self.elements[parent as usize].on_right.insert(at, new),
                    None => self.first.insert(at, new),
                }
                self.row.behind(last.map(|last| self.last_of(last)).or(left))
            }
        };
        self.row.insert(place);
    }

    fn on_right(&self, element: Option<u32>) -> &[u32] {
        element.map_or(&self.first, |element| &self.elements[element as usize].on_right)
    }

    /// The first of an element and all that hangs at it.
    fn first_of(&self, mut element: u32) -> u32 {
        while let Some(first) = self.elements[element as usize].on_left.first() {
            element = *first;
        }
        element
    }

    /// The last of an element and all that hangs at it.
    fn last_of(&self, mut element: u32) -> u32 {
        while let Some(last) = self.elements[element as usize].on_right.last() {
            element = *last;
        }
        element
    }

    /// Holds a view against the order. Where it differs, two neighbours are given that stand the wrong way.
    pub(super) fn shown(&self, view: &[u32]) -> Result<(), (u32, u32)> {
        match view.windows(2).find(|pair| self.row.place(pair[0]) > self.row.place(pair[1])) {
            Some(pair) => Err((pair[0], pair[1])),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::base::{Concern, Dice, Name, Seed};

    struct Story {
        whole: Whole,
        /// Who knows which elements and which deletions.
        known: Vec<BTreeSet<u32>>,
        deleted: Vec<BTreeSet<u32>>,
        /// By element, who inserted it.
        writers: Vec<usize>,
    }

    impl Story {
        fn view(&self, at: usize) -> Vec<u32> {
            let shown = |element: &u32| self.known[at].contains(element) && !self.deleted[at].contains(element);
            self.whole.row.part(..).iter().copied().filter(shown).collect()
        }

        fn random(seed: u64) -> Story {
            let (dice, mut draws) = (Dice::new(Seed(seed)), 0);
            let mut draw = |bound: usize| {
                draws += 1;
                dice.below(Concern::Replica, Name::label("whole"), draws, bound as u64) as usize
            };
            let replicas = 2 + draw(3);
            let (known, deleted) = (vec![BTreeSet::new(); replicas], vec![BTreeSet::new(); replicas]);
            let mut story = Story { whole: Whole::default(), known, deleted, writers: Vec::new() };
            for _ in 0..draw(40) {
                let at = draw(replicas);
                let view = story.view(at);
                match draw(6) {
                    0 | 1 => {
                        let from = draw(replicas);
                        let (known, deleted) = (story.known[from].clone(), story.deleted[from].clone());
                        story.known[at].extend(known);
                        story.deleted[at].extend(deleted);
                    }
                    2 if !view.is_empty() => _ = story.deleted[at].insert(view[draw(view.len())]),
                    _ => {
                        let left = draw(view.len() + 1).checked_sub(1).map(|left| view[left]);
                        story.writers.push(at);
                        let identifier = |element: u32| (story.writers[element as usize], element);
                        let order = |one: u32, other: u32| identifier(one).cmp(&identifier(other));
                        story.whole.insert(left, |element| story.known[at].contains(&element), order);
                        let new = story.writers.len() as u32 - 1;
                        story.known[at].insert(new);
                        let view = story.view(at);
                        let place = view.iter().position(|element| *element == new).expect("it is shown");
                        assert_eq!(place.checked_sub(1).map(|left| view[left]), left, "seed {seed}: another place");
                    }
                }
            }
            story
        }
    }

    /// How often the exception in (b) was needed, or what is wrong.
    fn conditions(story: &Story) -> Result<usize, String> {
        let whole = &story.whole;
        let (order, end) = (whole.row.part(..), whole.row.part(..).len() as i64);
        let deleted: BTreeSet<u32> = story.deleted.iter().flatten().copied().collect();
        let left = |element: u32| whole.origins(element)[0];
        let right = |element: u32| whole.origins(element)[1];
        let place = |element: u32| whole.row.place(element) as i64;
        // The elements between two places; only those that are shown keep others apart.
        let between = |from: i64, to: i64| &order[(from + 1) as usize..to as usize];
        let adjacent = |from, to| between(from, to).iter().all(|element| deleted.contains(element));
        let mut exceptions = 0;
        for origin in order.iter().copied().map(Some).chain([None]) {
            if let Some(first) = order.iter().copied().find(|element| left(*element) == origin)
                && !adjacent(origin.map_or(-1, place), place(first))
            {
                return Err(format!("(a): {first} does not stand next to {origin:?}: {order:?}"));
            }
            if let Some(last) = order.iter().copied().rfind(|element| right(*element) == origin)
                && !adjacent(place(last), origin.map_or(end, place))
            {
                let descends = |element: &u32| {
                    let mut above = Some(*element);
                    while above.is_some() && above != left(last) {
                        above = above.and_then(left);
                    }
                    above == left(last)
                };
                let inside = between(left(last).map_or(-1, place), origin.map_or(end, place));
                if origin.is_some_and(|origin| left(origin) == left(last)) || inside.iter().all(descends) {
                    return Err(format!("(b): {last} does not stand next to {origin:?}: {order:?}"));
                }
                exceptions += 1;
            }
        }
        for (at, one) in order.iter().enumerate() {
            let same = |other: &&u32| whole.origins(**other) == whole.origins(*one);
            let identifier = |element: u32| (story.writers[element as usize], element);
            if let Some(other) = order[at..].iter().filter(same).find(|other| identifier(**other) < identifier(*one)) {
                return Err(format!("(c): {one} comes before {other}: {order:?}"));
            }
        }
        Ok(exceptions)
    }

    #[test]
    fn the_order_keeps_the_three_conditions_that_fix_it() {
        let mut exceptions = 0;
        for seed in 0..10_000 {
            match conditions(&Story::random(seed)) {
                Ok(more) => exceptions += more,
                Err(wrong) => panic!("seed {seed}: {wrong}"),
            }
        }
        assert!(exceptions > 300, "only {exceptions} exceptions were needed");
    }
}
