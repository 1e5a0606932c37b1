//! A list whose elements are put in and taken out by index.
//!
//! An index is meant in the list as the writer sees it at that moment; how the order of concurrent
//! insertions is found is no matter of this model. What a client sees is a `Vec<E>`. The law: an index out
//! of range is refused, and a refused operation changes nothing.

mod newest_first;
mod order;
mod row;
mod strong;
mod weak;
mod whole;

pub(super) use newest_first::newest_first;
pub use order::{Order, Promise, list, within};

use serde::{Deserialize, Serialize};

/// A change of a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ListOp<E> {
    /// Puts a value in so that it has this index: before what had it, or at the end.
    Insert(u32, E),
    /// Takes out what has this index.
    Delete(u32),
}

/// How many values histories are drawn from: so many that two are hardly ever equal, as a view that shows
/// values only tells nothing of the order of equal ones.
const VALUES: u64 = 1 << 20;

impl<E> ListOp<E> {
    /// Whether this fits a list of so many elements; if not, what would.
    ///
    /// ```
    /// use squall::model::list::ListOp;
    /// assert_eq!(ListOp::Insert(3, 'a').fits(3), Ok(()));
    /// assert_eq!(
    ///     ListOp::<char>::Delete(3).fits(3),
    ///     Err("index 3 lies outside a list of 3: delete at 0 to 2".to_owned()),
    /// );
    /// ```
    pub fn fits(&self, len: u32) -> Result<(), String> {
        match self {
            ListOp::Insert(index, _) if *index > len => {
                Err(format!("index {index} lies outside a list of {len}: insert at 0 to {len}"))
            }
            ListOp::Delete(index) if *index >= len => Err(match len.checked_sub(1) {
                None => format!("index {index} lies outside an empty list: there is nothing to delete"),
                Some(last) => format!("index {index} lies outside a list of {len}: delete at 0 to {last}"),
            }),
            _ => Ok(()),
        }
    }

    /// An operation worth trying on a list of so many elements.
    ///
    /// Half of the insertions go to two spots that replicas share: behind the first element, where those
    /// that follow one another make a run typed backwards, and before the last one, where they make a run
    /// typed forwards. The others go to the middle or anywhere. One operation in four deletes, at those
    /// spots too. `nth` gives the value of a number.
    pub fn propose(len: u32, pick: &mut dyn FnMut(u64) -> u64, nth: impl Fn(u64) -> E) -> ListOp<E> {
        let delete = len > 0 && pick(4) == 0;
        let places = if delete { len } else { len + 1 };
        let index = match pick(4) {
            0 => 1.min(places - 1),
            1 => places - 2.min(places),
            2 => (places - 1) / 2,
            _ => pick(u64::from(places)) as u32,
        };
        if delete { ListOp::Delete(index) } else { ListOp::Insert(index, nth(pick(VALUES))) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::base::{Concern, Dice, Name, Seed};

    #[test]
    fn an_index_out_of_range_is_refused_with_what_would_be_right() {
        let refusal = |op: ListOp<char>, len| op.fits(len).expect_err("out of range");
        assert_eq!(refusal(ListOp::Insert(2, 'a'), 1), "index 2 lies outside a list of 1: insert at 0 to 1");
        assert_eq!(refusal(ListOp::Delete(4), 4), "index 4 lies outside a list of 4: delete at 0 to 3");
        assert_eq!(refusal(ListOp::Delete(0), 0), "index 0 lies outside an empty list: there is nothing to delete");
        assert_eq!((ListOp::Insert(0, 'a').fits(0), ListOp::<char>::Delete(3).fits(4)), (Ok(()), Ok(())));
    }

    #[test]
    fn proposals_fit_and_type_runs_at_shared_spots_in_both_directions() {
        let dice = Dice::new(Seed(7));
        let mut draw = 0;
        let mut pick = |bound: u64| {
            draw += 1;
            dice.below(Concern::Client, Name(0), draw, bound)
        };
        let (mut inserts, mut deletes, mut behind_first, mut before_last, mut elsewhere) = (0, 0, 0, 0, 0);
        let mut values = BTreeSet::new();
        let mut list: Vec<u64> = Vec::new();
        for _ in 0..2000 {
            let len = list.len() as u32;
            let op = ListOp::propose(len, &mut pick, |n| n);
            assert_eq!(op.fits(len), Ok(()), "{op:?}");
            match op {
                ListOp::Insert(index, value) => {
                    values.insert(value);
                    inserts += 1;
                    behind_first += usize::from(index == 1);
                    before_last += usize::from(index + 1 == len);
                    elsewhere += usize::from(index > 1 && index + 1 < len);
                    list.insert(index as usize, value);
                }
                ListOp::Delete(index) => {
                    deletes += 1;
                    list.remove(index as usize);
                }
            }
        }
        assert!(values.len() + 3 > inserts, "{inserts} insertions of {} values", values.len());
        assert!(deletes > 400 && behind_first > 300 && before_last > 300 && elsewhere > 500);
    }
}
