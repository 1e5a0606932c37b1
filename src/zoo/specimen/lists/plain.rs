//! A plain list: a row of elements, and a rule that says where in it a new one goes.
//!
//! With the right rules it is what *Replicated abstract data types* (2011), *Data consistency for P2P
//! collaborative editing* (2006), *Near Real-Time Peer-to-Peer Shared Editing on Extensible Data Types* (2016) and
//! *The Art of the Fugue* (2025) describe, as short as it can be said. Changes may come in any order, each once:
//! what comes before an element that it names waits for it.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::base::{Identity, Lamport, Refused};
use crate::model::list::ListOp;
use crate::replica::{DataType, Delivery, Element as _, OpBased, Site};

/// What is right or wrong with a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Rule {
    /// Behind the left neighbour, the newest first.
    Rga,
    /// The same, among people who type again what was deleted.
    RgaRetyped,
    /// Between its neighbours, by identity, without crossing links.
    Yata,
    /// In a tree, siblings by name.
    Fugue,
    /// In a tree, right siblings by right origin.
    FugueMax,
    /// Between its neighbours, by name among those that are linked to nothing there.
    Woot,
    /// Newer siblings are passed one by one, and not with what hangs at them.
    RgaByPosition,
    /// An insertion is as new as its writer's insertions are many.
    RgaLocalCounts,
    /// Whoever comes last stands first.
    Arrival,
    /// A deletion of what is not there does nothing.
    RgaDroppedDeletions,
    /// What was deleted and is typed again comes back as who it was.
    RgaUndelete,
    /// There is no right origin.
    YataWithoutRight,
    /// The right origin is the next element that is shown.
    FugueVisibleRight,
    /// Names are compared by their counts alone.
    WootByCount,
}

/// An element, shown or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Element {
    name: Lamport,
    value: char,
    left: Option<Lamport>,
    right: Option<Lamport>,
}

/// What travels.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Change {
    Insert(Element),
    Delete(Lamport),
    Undelete(Lamport),
}

/// A list that follows a rule.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Plain {
    rule: Rule,
    /// The largest count in a name here.
    clock: u64,
    /// All elements in their order, deleted ones too.
    row: Vec<Element>,
    deleted: BTreeSet<Lamport>,
    /// What came before an element that it is linked to.
    waiting: Vec<Element>,
}

impl Plain {
    pub(super) fn new(rule: Rule) -> Plain {
        Plain { rule, clock: 0, row: Vec::new(), deleted: BTreeSet::new(), waiting: Vec::new() }
    }

    fn shown(&self) -> impl Iterator<Item = &Element> {
        self.row.iter().filter(|element| !self.deleted.contains(&element.name))
    }

    fn find(&self, name: Lamport) -> Option<usize> {
        self.row.iter().position(|element| element.name == name)
    }

    /// How many elements stand up to and with this one.
    fn upto(&self, name: Option<Lamport>) -> usize {
        name.and_then(|name| self.find(name)).map_or(0, |at| at + 1)
    }

    fn next_name(&self, site: Site) -> Lamport {
        let own = |element: &&Element| element.name.identity == site.identity;
        let last = match self.rule {
            Rule::RgaLocalCounts => self.row.iter().filter(own).count() as u64,
            _ => self.clock,
        };
        Lamport { counter: last + 1, identity: site.identity }
    }

    fn new_element(&self, index: u32, value: char, site: Site) -> Element {
        let left = index.checked_sub(1).and_then(|left| self.shown().nth(left as usize)).map(|left| left.name);
        let next = self.row.get(self.upto(left)).map(|next| next.name);
        let next_shown = self.shown().nth(index as usize).map(|next| next.name);
        let right = match self.rule {
            Rule::Yata | Rule::Fugue | Rule::FugueMax => next,
            Rule::Woot | Rule::WootByCount | Rule::FugueVisibleRight => next_shown,
            _ => None,
        };
        Element { name: self.next_name(site), value, left, right }
    }

    /// A deleted element of this value that would stand at this index.
    fn gone(&self, index: u32, value: char) -> Option<Lamport> {
        self.gone_ones().find(|(at, element)| *at == index && element.value == value).map(|(_, gone)| gone.name)
    }

    /// The deleted elements, and the indices that they would have.
    fn gone_ones(&self) -> impl Iterator<Item = (u32, &Element)> {
        let shown = |element: &Element| !self.deleted.contains(&element.name);
        let index = move |at: usize| self.row[..at].iter().filter(|element| shown(element)).count() as u32;
        let gone = self.row.iter().enumerate().filter(move |(_, element)| !shown(element));
        gone.map(move |(at, element)| (index(at), element))
    }

    /// Where a new element goes.
    fn place(&self, new: &Element) -> usize {
        let first = self.upto(new.left);
        let last = new.right.and_then(|right| self.find(right)).unwrap_or(self.row.len());
        let newer = |element: &&Element| element.name > new.name;
        let behind = self.row[first..].iter();
        match self.rule {
            Rule::Arrival => first,
            Rule::RgaByPosition => {
                first + behind.take_while(|element| element.left == new.left && newer(element)).count()
            }
            Rule::Rga | Rule::RgaRetyped | Rule::RgaLocalCounts | Rule::RgaDroppedDeletions | Rule::RgaUndelete => {
                first + behind.take_while(newer).count()
            }
            Rule::Yata | Rule::YataWithoutRight => self.place_by_identity(new, first..last),
            Rule::Woot | Rule::WootByCount => self.place_in_gap(new, first..last),
            Rule::Fugue | Rule::FugueMax | Rule::FugueVisibleRight => self.place_in_tree(new),
        }
    }

    /// Behind those of smaller identities, and what belongs to them.
    fn place_by_identity(&self, new: &Element, between: Range<usize>) -> usize {
        let (first, mut place) = (between.start, between.start);
        for at in between {
            let other = &self.row[at];
            let theirs = self.upto(other.left);
            let smaller = other.name.identity < new.name.identity;
            if theirs < first || (theirs == first && !smaller && other.right == new.right) {
                break;
            }
            let passed = if theirs == first { smaller } else { theirs <= place };
            if passed {
                place = at + 1;
            }
        }
        place
    }

    /// Behind those with smaller names, of those that are linked to nothing in the gap; then in the gap that is
    /// left.
    fn place_in_gap(&self, new: &Element, mut gap: Range<usize>) -> usize {
        let precedes = |other: &Element| match self.rule {
            Rule::WootByCount => other.name.counter < new.name.counter,
            _ => by_site(other.name) < by_site(new.name),
        };
        loop {
            let inside =
                |name: Option<Lamport>| name.and_then(|name| self.find(name)).is_some_and(|at| gap.contains(&at));
            let free = |at: &usize| !inside(self.row[*at].left) && !inside(self.row[*at].right);
            let free: Vec<usize> = gap.clone().filter(free).collect();
            if free.is_empty() {
                return gap.start;
            }
            let passed = free.iter().take_while(|at| precedes(&self.row[**at])).count();
            let start = passed.checked_sub(1).map_or(gap.start, |last| free[last] + 1);
            gap = start..free.get(passed).copied().unwrap_or(gap.end);
        }
    }

    /// Where a walk through the tree comes upon it.
    fn place_in_tree(&self, new: &Element) -> usize {
        let all: Vec<&Element> = self.row.iter().chain([new]).collect();
        let mut walked = Vec::new();
        self.walk(&all, None, &mut walked);
        walked.iter().position(|name| *name == new.name).unwrap_or(walked.len())
    }

    fn walk(&self, all: &[&Element], node: Option<Lamport>, walked: &mut Vec<Lamport>) {
        for side in [Side::Left, Side::Right] {
            if side == Side::Right {
                walked.extend(node);
            }
            let mut children: Vec<_> = all.iter().filter(|child| self.hangs(child) == (node, side)).collect();
            match self.rule {
                Rule::FugueMax if side == Side::Right => {
                    let distance = |right: Option<Lamport>| right.map_or(usize::MAX, |right| self.upto(Some(right)));
                    children.sort_by_key(|child| (Reverse(distance(child.right)), by_site(child.name)));
                }
                _ => children.sort_by_key(|child| by_site(child.name)),
            }
            children.iter().for_each(|child| self.walk(all, Some(child.name), walked));
        }
    }

    /// On the right of its left origin; or, where something hung there already, on the left of its right origin.
    fn hangs(&self, element: &Element) -> (Option<Lamport>, Side) {
        let below_left = |right: &Lamport| self.find(*right).is_some_and(|at| self.row[at].left == element.left);
        match element.right.filter(below_left) {
            Some(right) => (Some(right), Side::Left),
            None => (element.left, Side::Right),
        }
    }

    fn insert(&mut self, new: Element) {
        self.clock = self.clock.max(new.name.counter);
        self.waiting.push(new);
        let ready = |list: &Plain| {
            let is_there = |name: Option<Lamport>| name.is_none_or(|name| list.find(name).is_some());
            list.waiting.iter().position(|element| is_there(element.left) && is_there(element.right))
        };
        while let Some(at) = ready(self) {
            let element = self.waiting.remove(at);
            self.row.insert(self.place(&element), element);
        }
    }
}

/// On which side of its parent an element hangs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// By who made them, then by count.
fn by_site(name: Lamport) -> (Identity, u64) {
    (name.identity, name.counter)
}

impl DataType for Plain {
    type Op = ListOp<char>;
    type View = Vec<char>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> ListOp<char> {
        let gone = self.gone_ones().count() as u64;
        if matches!(self.rule, Rule::RgaRetyped | Rule::RgaUndelete) && gone > 0 && pick(3) == 0 {
            let (index, element) = self.gone_ones().nth(pick(gone) as usize).expect("there are as many");
            return ListOp::Insert(index, element.value);
        }
        ListOp::propose(self.shown().count() as u32, pick, char::nth)
    }

    fn view(&self) -> Vec<char> {
        self.shown().map(|element| element.value).collect()
    }
}

impl OpBased for Plain {
    type Effect = Change;

    const DELIVERY: Delivery = Delivery::AnyOnce;

    fn prepare(&self, op: &ListOp<char>, site: Site) -> Result<Change, Refused> {
        op.fits(self.shown().count() as u32).map_err(Refused)?;
        Ok(match op {
            ListOp::Insert(index, value) => match self.gone(*index, *value) {
                Some(gone) if self.rule == Rule::RgaUndelete => Change::Undelete(gone),
                _ => Change::Insert(self.new_element(*index, *value, site)),
            },
            ListOp::Delete(index) => Change::Delete(self.shown().nth(*index as usize).expect("it fits").name),
        })
    }

    fn effect(&mut self, change: &Change) {
        match change {
            Change::Insert(element) => self.insert(*element),
            Change::Delete(name) if self.rule == Rule::RgaDroppedDeletions && self.find(*name).is_none() => {}
            Change::Delete(name) => drop(self.deleted.insert(*name)),
            Change::Undelete(name) => drop(self.deleted.remove(name)),
        }
    }
}
