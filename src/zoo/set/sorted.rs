//! Sorted lists as states that only grow: what the sets without dots have in common.
//!
//! The law: a list is sorted by the order that is handed in, and no two rows are equal in it.

use std::cmp::Ordering;

/// Takes in a row: into the one that is equal in the order, or as a new one.
pub(super) fn insert<T>(rows: &mut Vec<T>, row: T, order: impl Fn(&T, &T) -> Ordering, take: impl Fn(&mut T, &T)) {
    match rows.binary_search_by(|at| order(at, &row)) {
        Ok(place) => take(&mut rows[place], &row),
        Err(place) => rows.insert(place, row),
    }
}

/// Takes in all rows of the other list.
pub(super) fn join<T: Clone>(
    ours: &mut Vec<T>,
    theirs: &[T],
    order: impl Fn(&T, &T) -> Ordering,
    take: impl Fn(&mut T, &T),
) {
    let (known, mut at) = (ours.len(), 0);
    for row in theirs {
        at += ours[at..known].partition_point(|before| order(before, row).is_lt());
        match ours[at..known].first_mut() {
            Some(same) if order(same, row).is_eq() => take(same, row),
            _ => ours.push(row.clone()),
        }
    }
    if ours.len() > known && known > 0 {
        ours.sort_by(order);
    }
}
