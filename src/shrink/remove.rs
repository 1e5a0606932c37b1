//! Taking away what a story can do without: in large pieces first, at last one by one.

use super::{Shrinks, Work};
use crate::run::Story;

impl<O: Shrinks> Work<'_, O> {
    pub(super) fn thin_fates(&mut self) {
        self.thin(
            |story| story.fates.len(),
            |story, keep| {
                let mut nth = 0..;
                let mut thinner = story.clone();
                thinner.fates.retain(|_| nth.next().is_some_and(&keep));
                Some(thinner)
            },
        );
    }

    pub(super) fn thin_requests(&mut self) {
        self.thin(
            |story| story.requests.len(),
            |story, keep| {
                let mut nth = 0..;
                let mut thinner = story.clone();
                thinner.requests.retain(|_| nth.next().is_some_and(&keep));
                Some(thinner)
            },
        );
    }

    pub(super) fn thin_faults(&mut self) {
        self.thin(
            |story| story.plan.scenario().faults.len(),
            |story, keep| {
                let mut nth = 0..;
                story.in_world(|world| world.faults.retain(|_| nth.next().is_some_and(&keep)))
            },
        );
    }

    /// Takes away as much of a list as can be. Of what is left, nothing can be taken away alone.
    fn thin(
        &mut self,
        len: impl Fn(&Story<O>) -> usize,
        without: impl Fn(&Story<O>, &dyn Fn(usize) -> bool) -> Option<Story<O>>,
    ) {
        let mut piece = len(&self.story);
        while piece > 0 && !self.is_tired() {
            let mut from = 0;
            let mut removed = false;
            while from < len(&self.story) && !self.is_tired() {
                let pieces = (len(&self.story) - from).div_ceil(piece);
                let taken = self.try_each(pieces, |story, nth| {
                    let gone = from + nth * piece..from + (nth + 1) * piece;
                    without(story, &|at| !gone.contains(&at))
                });
                // What came before was tried, and is needed; what follows has moved up.
                let Some(nth) = taken else { break };
                from += nth * piece;
                removed = true;
            }
            // What was needed before something else was gone may not be needed any more.
            if piece > 1 || !removed {
                piece /= 2;
            }
        }
    }
}
