//! Registers: one value, replaced by writing another, and what becomes of writes that do not know of
//! one another.
//!
//! The operations, and what a read returns.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::base::{Canonical, CausalContext, Digester, Identity, VersionVector};

/// What can be asked of a register. One that keeps a single value shows an `Option` of it (none was
/// written yet), or the value itself where an order has a least one; one that keeps siblings shows their
/// set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RegisterOp<E> {
    /// Replaces what is there.
    Write(E),
}

impl<E> RegisterOp<E> {
    /// A write of one of the first five values, so that equal ones meet.
    pub fn propose(nth: impl Fn(u64) -> E, pick: &mut dyn FnMut(u64) -> u64) -> RegisterOp<E> {
        RegisterOp::Write(nth(pick(5)))
    }
}

/// What can be asked of a register whose clients read before they write, however long before. It shows a
/// [`Read`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClientOp<E> {
    /// Replaces what the client had read, and nothing else.
    Write {
        /// The value.
        value: E,
        /// The context that came with the client's read; an empty one if it never read.
        context: CausalContext,
    },
}

impl<E> ClientOp<E> {
    /// A write of one of the first five values on what can be read now, on an older read, or on none.
    pub fn propose(current: &CausalContext, nth: impl Fn(u64) -> E, pick: &mut dyn FnMut(u64) -> u64) -> ClientOp<E> {
        let context = match pick(4) {
            0 => CausalContext::new(),
            1 => older(current.vector(), pick).into(),
            _ => current.clone(),
        };
        ClientOp::Write { value: nth(pick(5)), context }
    }
}

/// A vector that lacks some of one identity's latest events.
fn older(vector: &VersionVector, pick: &mut dyn FnMut(u64) -> u64) -> VersionVector {
    let mut older = vector.clone();
    if !vector.is_empty() {
        let identity = Identity(pick(vector.len() as u64) as u32);
        older.set(identity, pick(u64::from(vector.get(identity)) + 1) as u32);
    }
    older
}

/// What a client that reads is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read<E> {
    /// The values that no known write has replaced.
    pub values: BTreeSet<E>,
    /// To be handed in with the write that is to replace them.
    pub context: CausalContext,
}

impl<E: Canonical> Canonical for Read<E> {
    fn feed(&self, digester: &mut Digester) {
        self.values.feed(digester);
        self.context.feed(digester);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Dot;

    #[test]
    fn proposed_contexts_are_fresh_or_stale_or_empty() {
        let current: CausalContext =
            [(0, 1), (0, 2), (1, 1)].map(|(who, count)| Dot::new(Identity(who), count)).into_iter().collect();
        let contexts: Vec<_> = (0..64u64)
            .map(|seed| {
                let mut word = seed;
                let mut pick = |bound: u64| {
                    let picked = word % bound;
                    word /= bound;
                    picked
                };
                let ClientOp::Write { context, .. } = ClientOp::propose(&current, |n| n, &mut pick);
                context
            })
            .collect();
        assert!(contexts.iter().all(|context| current.covers_all(context)));
        assert!(contexts.contains(&current) && contexts.contains(&CausalContext::new()));
        assert!(contexts.contains(&VersionVector::from([1, 1]).into()), "one that is between");
    }
}
