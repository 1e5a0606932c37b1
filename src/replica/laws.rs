//! The laws of joins: what merging must be for replicas to agree whatever way states take to them.

use super::StateBased;

/// Whether merging these three states keeps the laws, and if not, which is broken. States are told apart by
/// what they show.
///
/// ```
/// use squall::replica::{Site, StateBased, join_laws};
/// use squall::model::counter::GrowOp;
/// use squall::zoo::counter::GCounter;
///
/// let counted = |identity| {
///     let mut counter = GCounter::new();
///     counter.apply(&GrowOp::Increment(1), Site::of(identity)).unwrap();
///     counter
/// };
/// assert_eq!(join_laws(&counted(0), &counted(1), &counted(2)), Ok(()));
/// ```
pub fn join_laws<T: StateBased>(a: &T, b: &T, c: &T) -> Result<(), String> {
    let merged = |into: &T, other: &T| {
        let mut merged = into.clone();
        merged.merge(other);
        merged
    };
    let ab = merged(a, b);
    let laws = [
        ("merging is not idempotent: a state merged with itself", merged(a, a), a.clone()),
        ("merging is not commutative: one with another, and the other with the one", ab.clone(), merged(b, a)),
        (
            "merging is not associative: three from the left, and from the right",
            merged(&ab, c),
            merged(a, &merged(b, c)),
        ),
        ("merging is no join: what was merged before changes it when it comes again", merged(&ab, b), ab),
    ];
    for (law, one, other) in laws {
        let (one, other) = (one.view(), other.view());
        if one != other {
            return Err(format!("{law}: {one:?} and {other:?}"));
        }
    }
    Ok(())
}
