//! Stories of specimens, told without a world.

use crate::replica::{OpBased, Site};

/// Three replicas of a type whose effects travel, and what was said so far.
pub(super) struct Story<T: OpBased> {
    replicas: Vec<T>,
    said: Vec<T::Effect>,
}

impl<T: OpBased> Story<T> {
    pub(super) fn of(value: T) -> Story<T> {
        Story { replicas: vec![value; 3], said: Vec::new() }
    }

    /// Someone does something, which is the next that was said.
    pub(super) fn does(mut self, who: usize, op: T::Op) -> Story<T> {
        let replica = &mut self.replicas[who];
        let effect = replica.prepare(&op, Site::of(who as u32)).expect("it is accepted");
        replica.effect(&effect);
        self.said.push(effect);
        self
    }

    /// Someone hears of what was said then, counted from 0.
    pub(super) fn hears(mut self, who: usize, nths: &[usize]) -> Story<T> {
        nths.iter().for_each(|nth| self.replicas[who].effect(&self.said[*nth]));
        self
    }

    pub(super) fn view(&self, who: usize) -> T::View {
        self.replicas[who].view()
    }
}
