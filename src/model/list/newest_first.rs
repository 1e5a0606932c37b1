//! The order of a list whose elements bear stamps: behind each one stand those that were typed behind it, the
//! newest first, each followed by those typed behind that. *Specification and Complexity of Collaborative Text
//! Editing* (2016) calls it a timestamped insertion tree, and shows that a replicated growable array is one.

use std::collections::BTreeMap;

/// Elements in that order. Each is told with the one that it was typed behind, if any, and its stamp.
pub(in crate::model) fn newest_first<K: Copy + Ord, S: Ord>(
    elements: impl IntoIterator<Item = (K, Option<K>, S)>,
) -> Vec<K> {
    let mut behind = BTreeMap::<Option<K>, Vec<(S, K)>>::new();
    for (element, left, stamp) in elements {
        behind.entry(left).or_default().push((stamp, element));
    }
    behind.values_mut().for_each(|elements| elements.sort());
    let mut waiting = behind.remove(&None).unwrap_or_default();
    let mut order = Vec::new();
    while let Some((_, element)) = waiting.pop() {
        order.push(element);
        waiting.extend(behind.remove(&Some(element)).unwrap_or_default());
    }
    order
}

#[cfg(test)]
mod tests {
    use super::newest_first;

    #[test]
    fn the_newest_comes_first_and_words_typed_forwards_stay_whole() {
        let (ab, xy) = ([('a', None, 1), ('b', Some('a'), 3)], [('x', None, 2), ('y', Some('x'), 4)]);
        assert_eq!(newest_first([ab, xy].concat()), ['x', 'y', 'a', 'b']);
        assert_eq!(newest_first([xy, [('a', None, 1), ('b', None, 3)]].concat()), ['b', 'x', 'y', 'a']);
    }
}
