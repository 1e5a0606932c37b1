//! The strong list specification's order: one order of all elements ever inserted agrees with every view.
//!
//! "Directly precedes in some view" is a graph, and there is such an order as long as the graph has no cycle. A
//! row of all elements is kept that agrees with the graph; where a new edge goes against the row, the part of it
//! between the two ends is put right, or cannot be. After *Specification and Complexity of Collaborative Text
//! Editing* (2016); the row is kept in the manner of *A Dynamic Topological Sort Algorithm for Directed Acyclic
//! Graphs* (2006).

use super::row::Row;

/// What was shown right before what, and a row that agrees with it.
#[derive(Clone, Debug, Default)]
pub(super) struct Strong {
    row: Row,
    /// What was shown right behind each element. Longer than the row where an earlier run was.
    next: Vec<Vec<u32>>,
    marked: Vec<bool>,
}

impl Strong {
    pub(super) fn reset(&mut self) {
        self.row.clear();
        self.next.iter_mut().for_each(Vec::clear);
        self.marked.clear();
    }

    /// Puts the next element in the row, best behind this one.
    pub(super) fn insert(&mut self, left: Option<u32>) {
        self.row.insert(self.row.behind(left));
        self.marked.push(false);
        if self.next.len() < self.marked.len() {
            self.next.push(Vec::new());
        }
    }

    /// Takes in a view. Where no row can agree with it, elements are given of which each was shown right
    /// before the next, and the last, in this view, right before the first.
    pub(super) fn shown(&mut self, view: &[u32]) -> Result<(), Vec<u32>> {
        for pair in view.windows(2) {
            let (one, other) = (pair[0], pair[1]);
            if self.next[one as usize].contains(&other) {
                continue;
            }
            if self.row.place(other) < self.row.place(one) {
                self.put_behind(one, other)?;
            }
            self.next[one as usize].push(other);
        }
        Ok(())
    }

    /// Puts an element, and what must stand behind it, behind another one that now stands farther back.
    fn put_behind(&mut self, one: u32, other: u32) -> Result<(), Vec<u32>> {
        let (from, to) = (self.row.place(other), self.row.place(one) + 1);
        self.marked[other as usize] = true;
        for element in self.row.part(from..to) {
            if self.marked[*element as usize] {
                for next in &self.next[*element as usize] {
                    self.marked[*next as usize] = true;
                }
            }
        }
        if self.marked[one as usize] {
            return Err(self.path(other, one));
        }
        let marked = &self.marked;
        self.row.put_last(from, to, |element| marked[element as usize]);
        self.marked.fill(false);
        Ok(())
    }

    /// A shortest way from one element to another, each step from what was shown right before to what was
    /// shown right behind.
    fn path(&self, from: u32, to: u32) -> Vec<u32> {
        let mut reached = vec![(from, 0)];
        let mut at = 0;
        while at < reached.len() && reached[at].0 != to {
            for next in &self.next[reached[at].0 as usize] {
                if reached.iter().all(|(other, _)| other != next) {
                    reached.push((*next, at));
                }
            }
            at += 1;
        }
        let mut path = Vec::new();
        while let Some((element, before)) = reached.get(at) {
            path.push(*element);
            if at == 0 {
                break;
            }
            at = *before;
        }
        path.reverse();
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Concern, Dice, Name, Seed};

    /// Views of so many elements that stand where they were inserted; says what is wrong with the last one.
    fn judge(elements: u32, views: &[&[u32]]) -> Result<(), Vec<u32>> {
        let mut strong = Strong::default();
        (0..elements).for_each(|_| strong.insert(None));
        views.iter().try_for_each(|view| strong.shown(view))
    }

    #[test]
    fn views_that_share_no_two_elements_can_still_have_no_order_in_common() {
        assert_eq!(judge(3, &[&[0, 1], &[1, 2], &[0, 2]]), Ok(()));
        assert_eq!(judge(3, &[&[0, 1], &[1, 2], &[2, 0]]), Err(vec![0, 1, 2]));
        assert_eq!(judge(2, &[&[0, 1], &[1, 0]]), Err(vec![0, 1]));
    }

    #[test]
    fn a_cycle_is_found_exactly_when_there_is_one() {
        let dice = Dice::new(Seed(5));
        let mut draws = 0;
        let mut draw = |bound| {
            draws += 1;
            dice.below(Concern::Replica, Name::label("strong"), draws, bound) as u32
        };
        let (mut right, mut wrong) = (0, 0);
        let mut strong = Strong::default();
        for _ in 0..2000 {
            strong.reset();
            let mut edges: Vec<(u32, u32)> = Vec::new();
            let reaches = |edges: &[(u32, u32)], from: u32, to: u32| {
                let mut all = vec![from];
                for at in 0.. {
                    let Some(element) = all.get(at).copied() else { break };
                    let next = edges.iter().filter(|(one, _)| *one == element).map(|(_, other)| *other);
                    let new: Vec<u32> = next.filter(|next| !all.contains(next)).collect();
                    all.extend(new);
                }
                all.contains(&to)
            };
            let mut elements: u32 = 0;
            for _ in 0..30 {
                if elements < 3 || draw(4) == 0 {
                    let left = draw(u64::from(elements) + 1).checked_sub(1);
                    strong.insert(left);
                    elements += 1;
                    continue;
                }
                // Mostly along one order, so that histories get long before they go wrong.
                let (mut one, mut other) = (draw(u64::from(elements)), draw(u64::from(elements)));
                if one == other {
                    continue;
                }
                if draw(20) > 0 && one.reverse_bits() > other.reverse_bits() {
                    (one, other) = (other, one);
                }
                let cycle = reaches(&edges, other, one);
                let found = strong.shown(&[one, other]);
                assert_eq!(found.is_err(), cycle, "{edges:?}, then {one} before {other}");
                edges.push((one, other));
                if let Err(path) = found {
                    assert_eq!((path.first(), path.last()), (Some(&other), Some(&one)));
                    assert!(path.windows(2).all(|pair| edges.contains(&(pair[0], pair[1]))), "{path:?}");
                    wrong += 1;
                    break;
                }
                assert!(edges.iter().all(|(one, other)| strong.row.place(*one) < strong.row.place(*other)));
                right += 1;
            }
        }
        assert!(right > 10_000 && wrong > 300, "{right} right, {wrong} wrong");
    }
}
