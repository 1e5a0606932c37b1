//! The weak list specification's order: any two views order the elements that they share alike.
//!
//! Two views may do so although no one order agrees with all views, as under operational transformation. After
//! *Specification and Complexity of Collaborative Text Editing* (2016).

/// Which elements were shown before which: a bit for each pair.
#[derive(Clone, Debug, Default)]
pub(super) struct Weak {
    /// By element, the elements that were shown before it, in some view.
    before: Vec<Vec<u64>>,
    /// By element, those that were shown behind it.
    behind: Vec<Vec<u64>>,
    passed: Vec<u64>,
}

impl Weak {
    pub(super) fn reset(&mut self) {
        self.before.iter_mut().chain(&mut self.behind).for_each(Vec::clear);
    }

    /// Takes in a view. Where an earlier one orders two of its elements otherwise, these are given, as they
    /// stand here.
    pub(super) fn shown(&mut self, view: &[u32]) -> Result<(), (u32, u32)> {
        let elements = view.iter().max().map_or(0, |last| *last as usize + 1);
        if self.before.len() < elements {
            self.before.resize_with(elements, Vec::new);
            self.behind.resize_with(elements, Vec::new);
        }
        self.pass(view.iter().copied(), true)?;
        self.pass(view.iter().rev().copied(), false).map_err(|(other, one)| (one, other))
    }

    /// Goes along a view and notes for each element what was passed before.
    fn pass(&mut self, view: impl Iterator<Item = u32>, forwards: bool) -> Result<(), (u32, u32)> {
        let (mine, others) = if forwards { (&mut self.before, &self.behind) } else { (&mut self.behind, &self.before) };
        self.passed.clear();
        for element in view {
            let (row, against) = (&mut mine[element as usize], &others[element as usize]);
            row.resize(row.len().max(self.passed.len()), 0);
            for (at, passed) in self.passed.iter().enumerate() {
                row[at] |= passed;
                if let Some(both) = against.get(at).map(|against| passed & against).filter(|both| *both > 0) {
                    return Err((at as u32 * 64 + both.trailing_zeros(), element));
                }
            }
            let (word, bit) = (element as usize / 64, element % 64);
            self.passed.resize(self.passed.len().max(word + 1), 0);
            self.passed[word] |= 1 << bit;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(views: &[&[u32]]) -> Result<(), (u32, u32)> {
        let mut weak = Weak::default();
        views.iter().try_for_each(|view| weak.shown(view))
    }

    #[test]
    fn only_what_two_views_share_counts() {
        // From "x": one view ax, one xb, and in the end ba.
        assert_eq!(judge(&[&[0, 1], &[1, 2], &[2, 0]]), Ok(()));
        assert_eq!(judge(&[&[0, 1, 2], &[2, 3, 0]]), Err((2, 0)));
        assert_eq!(judge(&[&[7, 100, 3], &[100, 7]]), Err((100, 7)));
        assert_eq!(judge(&[&[0, 130], &[130, 5], &[0, 5]]), Ok(()));
    }

    #[test]
    fn another_run_begins_with_nothing_known() {
        let mut weak = Weak::default();
        weak.shown(&[0, 1]).expect("the first view");
        weak.reset();
        assert_eq!(weak.shown(&[1, 0]), Ok(()));
    }
}
