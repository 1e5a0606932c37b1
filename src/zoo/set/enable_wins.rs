//! Enable-wins flag: disabling it takes back exactly the enables it saw.
//!
//! Every enable writes a dot and drops those it saw; a disable only drops. The flag is enabled while a dot
//! is alive. It promises that an enable beside a disable survives, and is disabled at first. *Delta State
//! Replicated Data Types* (2018).

use serde::{Deserialize, Serialize};

use crate::base::{CausalContext, Dot, Identity};
use crate::model::flag::{FlagOp, enable_wins};
use crate::model::{Growth, Specification};
use crate::replica::{DataType, Delivery, DeltaBased, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;
use crate::zoo::dots::{Causal, DotEffect, DotSet, DotStore};

/// The enables that no known disable has seen, and all dots known.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EnableWinsFlag(Causal<DotSet>);

impl EnableWinsFlag {
    /// A flag that is disabled.
    pub const fn new() -> EnableWinsFlag {
        EnableWinsFlag(Causal { store: DotSet::new(), context: CausalContext::new() })
    }

    /// Whether it is enabled.
    pub fn enabled(&self) -> bool {
        !self.0.store.is_empty()
    }

    /// Carries out an operation, names the dots that it kills and gives the one that it brings.
    fn carry_out(&mut self, op: FlagOp, identity: Identity, killed: impl FnMut(Dot)) -> Option<Dot> {
        self.0.store.dots().for_each(killed);
        self.0.store.clear();
        (op == FlagOp::Enable).then(|| {
            let dot = self.0.next(identity);
            self.0.store.insert(dot);
            dot
        })
    }
}

impl DataType for EnableWinsFlag {
    type Op = FlagOp;
    type View = bool;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> FlagOp {
        FlagOp::propose(self.enabled(), pick)
    }

    fn view(&self) -> bool {
        self.enabled()
    }
}

impl Specified for EnableWinsFlag {
    fn specification(&self) -> Specification<FlagOp, bool> {
        enable_wins().growing_with(Growth::Identities)
    }
}

impl StateBased for EnableWinsFlag {
    fn apply(&mut self, op: &FlagOp, site: Site) -> Result<(), Refused> {
        self.carry_out(*op, site.identity, |_| ());
        Ok(())
    }

    fn merge(&mut self, other: &EnableWinsFlag) {
        self.0.join(&other.0);
    }
}

impl DeltaBased for EnableWinsFlag {
    type Delta = Causal<DotSet>;

    fn mutate(&mut self, op: &FlagOp, site: Site) -> Result<Causal<DotSet>, Refused> {
        let mut context = CausalContext::new();
        let brought = self.carry_out(*op, site.identity, |dot| _ = context.insert(dot));
        if let Some(dot) = brought {
            context.insert(dot);
        }
        Ok(Causal { store: brought.into_iter().collect(), context })
    }

    fn join(&mut self, delta: &Causal<DotSet>) {
        self.0.join(delta);
    }

    fn combine(into: &mut Causal<DotSet>, other: &Causal<DotSet>) {
        into.join(other);
    }

    fn whole(&self) -> Causal<DotSet> {
        self.0.clone()
    }
}

impl OpBased for EnableWinsFlag {
    type Effect = DotEffect<FlagOp>;

    /// An enable that came after a disable that saw it would stand.
    const DELIVERY: Delivery = Delivery::CausalOnce;

    fn prepare(&self, op: &FlagOp, site: Site) -> Result<DotEffect<FlagOp>, Refused> {
        let dot = (*op == FlagOp::Enable).then(|| self.0.upcoming(site.identity));
        Ok(DotEffect { op: *op, seen: self.0.store.dots().collect(), dot })
    }

    fn effect(&mut self, effect: &DotEffect<FlagOp>) {
        self.0.store.retain(&mut |dot| !effect.seen.contains(&dot));
        if let Some(dot) = effect.dot
            && self.0.context.insert(dot)
        {
            self.0.store.insert(dot);
        }
    }
}

impl Clone for EnableWinsFlag {
    fn clone(&self) -> EnableWinsFlag {
        EnableWinsFlag(self.0.clone())
    }

    fn clone_from(&mut self, source: &EnableWinsFlag) {
        self.0.clone_from(&source.0);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, Updates, check};
    use super::*;

    /// Enabled when there is an enable that no disable has seen.
    fn expected(known: Updates<FlagOp>) -> bool {
        let of = |op: FlagOp| known.all().filter(move |update| update.op == op);
        of(FlagOp::Enable).any(|enable| !of(FlagOp::Disable).any(|disable| known.saw(disable, enable)))
    }

    #[test]
    fn it_is_enabled_when_some_enable_was_seen_by_no_disable() {
        testing::forms_agree(EnableWinsFlag::new, expected, testing::nothing_is_refused);
        testing::deltas_come_in_any_order(EnableWinsFlag::new, expected, testing::WHERE_CLOSED);
    }

    #[test]
    fn an_enable_beside_a_disable_survives() {
        check::<EnableWinsFlag>("", "a false");
        check::<EnableWinsFlag>("a enables; sync; a disables; b enables; sync", "a true, b true");
        check::<EnableWinsFlag>("a enables; b enables; c from a; c disables; sync", "a true, b true, c true");
        check::<EnableWinsFlag>("a enables; b enables; sync; c disables; sync", "a false, b false, c false");
    }
}
