//! Disable-wins flag: it is enabled only when every disable was answered by an enable that saw it.
//!
//! Enables and disables both write a dot, and drop the dots they saw, so that the latest words stand side by
//! side; the flag is enabled when there are such and all of them enable it. It promises that a disable beside
//! an enable survives, also where the flag was disabled already; it is disabled at first. *Delta State
//! Replicated Data Types* (2018).

use serde::{Deserialize, Serialize};

use crate::base::{CausalContext, Dot, Identity};
use crate::model::flag::{FlagOp, disable_wins};
use crate::model::{Growth, Specification};
use crate::replica::{DataType, Delivery, DeltaBased, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;
use crate::zoo::dots::{Causal, DotEffect, DotFun, DotStore};

/// The last words, whether each enables it, and all dots known.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DisableWinsFlag(Causal<DotFun<bool>>);

impl DisableWinsFlag {
    /// A flag that is disabled.
    pub const fn new() -> DisableWinsFlag {
        DisableWinsFlag(Causal { store: DotFun::new(), context: CausalContext::new() })
    }

    /// Whether it is enabled.
    pub fn enabled(&self) -> bool {
        !self.0.store.is_empty() && self.0.store.values().all(|enables| *enables)
    }

    /// Carries out an operation, names the dots that it kills and gives the one that it brings.
    fn carry_out(&mut self, op: FlagOp, identity: Identity, killed: impl FnMut(Dot)) -> Dot {
        self.0.store.dots().for_each(killed);
        self.0.store.clear();
        let dot = self.0.next(identity);
        self.0.store.insert(dot, op == FlagOp::Enable);
        dot
    }
}

impl DataType for DisableWinsFlag {
    type Op = FlagOp;
    type View = bool;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> FlagOp {
        FlagOp::propose(self.enabled(), pick)
    }

    fn view(&self) -> bool {
        self.enabled()
    }
}

impl Specified for DisableWinsFlag {
    fn specification(&self) -> Specification<FlagOp, bool> {
        disable_wins().growing_with(Growth::Identities)
    }
}

impl StateBased for DisableWinsFlag {
    fn apply(&mut self, op: &FlagOp, site: Site) -> Result<(), Refused> {
        self.carry_out(*op, site.identity, |_| ());
        Ok(())
    }

    fn merge(&mut self, other: &DisableWinsFlag) {
        self.0.join(&other.0);
    }
}

impl DeltaBased for DisableWinsFlag {
    type Delta = Causal<DotFun<bool>>;

    fn mutate(&mut self, op: &FlagOp, site: Site) -> Result<Causal<DotFun<bool>>, Refused> {
        let mut context = CausalContext::new();
        let dot = self.carry_out(*op, site.identity, |dot| _ = context.insert(dot));
        context.insert(dot);
        Ok(Causal { store: DotFun::from((dot, *op == FlagOp::Enable)), context })
    }

    fn join(&mut self, delta: &Causal<DotFun<bool>>) {
        self.0.join(delta);
    }

    fn combine(into: &mut Causal<DotFun<bool>>, other: &Causal<DotFun<bool>>) {
        into.join(other);
    }

    fn whole(&self) -> Causal<DotFun<bool>> {
        self.0.clone()
    }
}

impl OpBased for DisableWinsFlag {
    type Effect = DotEffect<FlagOp>;

    /// A disable that came after an enable that had answered it would stand unanswered.
    const DELIVERY: Delivery = Delivery::CausalOnce;

    fn prepare(&self, op: &FlagOp, site: Site) -> Result<DotEffect<FlagOp>, Refused> {
        let dot = Some(self.0.upcoming(site.identity));
        Ok(DotEffect { op: *op, seen: self.0.store.dots().collect(), dot })
    }

    fn effect(&mut self, effect: &DotEffect<FlagOp>) {
        self.0.store.retain(&mut |dot| !effect.seen.contains(&dot));
        if let Some(dot) = effect.dot
            && self.0.context.insert(dot)
        {
            self.0.store.insert(dot, effect.op == FlagOp::Enable);
        }
    }
}

impl Clone for DisableWinsFlag {
    fn clone(&self) -> DisableWinsFlag {
        DisableWinsFlag(self.0.clone())
    }

    fn clone_from(&mut self, source: &DisableWinsFlag) {
        self.0.clone_from(&source.0);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, Updates, check};
    use super::*;

    /// Enabled when an enable exists, and every disable was seen by some enable.
    fn expected(known: Updates<FlagOp>) -> bool {
        let of = |op: FlagOp| known.all().filter(move |update| update.op == op);
        let answered = |disable| of(FlagOp::Enable).any(|enable| known.saw(enable, disable));
        of(FlagOp::Enable).count() > 0 && of(FlagOp::Disable).all(answered)
    }

    #[test]
    fn it_is_enabled_when_every_disable_was_seen_by_some_enable() {
        testing::forms_agree(DisableWinsFlag::new, expected, testing::nothing_is_refused);
        testing::deltas_come_in_any_order(DisableWinsFlag::new, expected, testing::WHERE_CLOSED);
    }

    #[test]
    fn a_disable_beside_an_enable_survives_until_an_enable_has_seen_it() {
        check::<DisableWinsFlag>("", "a false");
        check::<DisableWinsFlag>("a enables; sync; a enables; b disables; sync", "a false, b false");
        check::<DisableWinsFlag>("a enables; b disables; sync", "a false, b false");
        check::<DisableWinsFlag>("a enables; b disables; sync; b enables; sync", "a true, b true");
    }
}
