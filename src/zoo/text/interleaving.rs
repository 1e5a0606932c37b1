//! For tests only: words typed at one place, and what it means that they mix as little as they can.

use std::collections::{BTreeMap, BTreeSet};

use super::histories::draws;
use super::list::List;
use super::rule::{Origins, Rule};
use crate::base::Dot;
use crate::model::list::ListOp;
use crate::replica::{DataType, Site, StateBased};

/// How a word is typed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Typing {
    /// Each letter behind the last, by one writer.
    Forwards,
    /// Each letter before the last, by one writer.
    Backwards,
    /// Each letter anywhere in the word, by one writer.
    Anywhere,
    /// Forwards, each letter by one of several who see each other's.
    HandedForwards,
    /// Backwards, likewise.
    HandedBackwards,
}

/// Two or three words, typed at one place without seeing each other; whether their letters mix.
fn mix<R: Rule>(typing: Typing, seed: u64) -> bool {
    let mut below = draws(seed);
    let mut identities: Vec<u32> = (0..10).collect();
    for last in (1..identities.len()).rev() {
        identities.swap(last, below(last as u64 + 1) as usize);
    }
    let mut identity = || identities.pop().expect("there are enough identities");
    let handed = matches!(typing, Typing::HandedForwards | Typing::HandedBackwards);

    // Letters are told by their words; a frame of other letters may stand around them, or be gone again.
    let frame: u32 = 9;
    let mut before = List::<u32, R>::new();
    let insert = |list: &mut List<u32, R>, index: u32, letter: u32, identity: u32| {
        list.apply(&ListOp::Insert(index, letter), Site::of(identity)).expect("the index fits");
    };
    let (frames, framer) = (below(4) as u32, identity());
    for _ in 0..frames {
        let index = below(u64::from(before.len()) + 1) as u32;
        insert(&mut before, index, frame, framer);
    }
    if frames > 0 && below(3) == 0 {
        let index = below(u64::from(frames)) as u32;
        before.apply(&ListOp::Delete(index), Site::of(framer)).expect("the index fits");
    }
    let place = below(u64::from(before.len()) + 1) as u32;

    let words: Vec<List<u32, R>> = (0..2 + below(2) as u32)
        .map(|word| {
            let writers = [identity(), identity()];
            let mut list = before.clone();
            for typed in 0..2 + below(4) as u32 {
                let index = match typing {
                    Typing::Forwards | Typing::HandedForwards => typed,
                    Typing::Backwards | Typing::HandedBackwards => 0,
                    Typing::Anywhere => below(u64::from(typed) + 1) as u32,
                };
                let writer = if handed { writers[below(2) as usize] } else { writers[0] };
                insert(&mut list, place + index, word, writer);
            }
            list
        })
        .collect();
    let mut all = before;
    words.iter().for_each(|word| all.merge(word));
    let mut shown = all.view();
    shown.dedup();
    (0..words.len() as u32).any(|word| shown.iter().filter(|letter| **letter == word).count() > 1)
}

/// In how many of two thousand tries words typed like this mix.
pub(super) fn mixed<R: Rule>(typing: Typing) -> usize {
    (0..2000).filter(|seed| mix::<R>(typing, *seed)).count()
}

/// While one writer has typed a and another z, a third who knows only a types x behind it, and the writer
/// of z, knowing both, types y between them.
pub(super) fn three_writers<R: Rule>() -> String {
    let type_at = |list: &mut List<char, R>, index, letter, identity| {
        list.apply(&ListOp::Insert(index, letter), Site::of(identity)).expect("the index fits");
    };
    let [mut first, mut second, mut third] = [0; 3].map(|_| List::new());
    type_at(&mut first, 0, 'a', 0);
    type_at(&mut second, 0, 'z', 1);
    second.merge(&first);
    third.merge(&first);
    type_at(&mut second, 1, 'y', 1);
    type_at(&mut third, 1, 'x', 2);
    second.merge(&third);
    second.view().into_iter().collect()
}

/// Whether an order is the one that *The Art of the Fugue* (2025) calls maximally non-interleaving; if so,
/// how often it needed the exception that the definition allows, and if not, what stands wrong.
pub(super) fn is_maximally_non_interleaving(
    order: &[Dot],
    deleted: &BTreeSet<Dot>,
    inserted: &[(Dot, Origins)],
) -> Result<usize, String> {
    let origins: BTreeMap<Dot, Origins> = inserted.iter().copied().collect();
    // The start has rank 0, the elements follow, and the end comes last.
    let ranks: BTreeMap<Dot, usize> = order.iter().enumerate().map(|(at, dot)| (*dot, at + 1)).collect();
    let end = order.len() + 1;
    let left_rank = |left: Option<Dot>| left.map_or(0, |left| ranks[&left]);
    let right_rank = |right: Option<Dot>| right.map_or(end, |right| ranks[&right]);
    // A rank stands for the element before it in `order`; only what is still shown keeps two apart.
    let adjacent = |from: usize, to: usize| order[from..to - 1].iter().all(|dot| deleted.contains(dot));
    let everyone = || order.iter().copied().map(Some).chain([None]);
    let mut exceptions = 0;

    for left in everyone() {
        let first = order.iter().find(|dot| origins[dot].left == left);
        if let Some(first) = first.filter(|first| !adjacent(left_rank(left), ranks[first])) {
            return Err(format!("{first}, first with left origin {left:?}, stands away from it in {order:?}"));
        }
    }
    for right in everyone() {
        let last = order.iter().rfind(|dot| origins[dot].right == right);
        let Some(last) = last.filter(|last| !adjacent(ranks[last], right_rank(right))) else { continue };
        let left = origins[last].left;
        let descends = |dot: &Dot| {
            left.is_none() || std::iter::successors(Some(*dot), |dot| origins[dot].left).any(|dot| Some(dot) == left)
        };
        let differs = right.is_none_or(|right| origins[&right].left != left);
        let between = &order[left_rank(left)..right_rank(right) - 1];
        if !differs || between.iter().all(descends) {
            return Err(format!("{last}, last with right origin {right:?}, stands away from it in {order:?}"));
        }
        exceptions += 1;
    }
    for (at, one) in order.iter().enumerate() {
        if let Some(other) = order[at..].iter().find(|other| *other < one && origins[other] == origins[one]) {
            return Err(format!("{one} comes before {other}, which has the same origins, in {order:?}"));
        }
    }
    Ok(exceptions)
}
