//! A counter that never goes below its bound, whoever is cut off from whom.
//!
//! Escrow: what lies between the value and the bound is split into rights to decrement, and each replica
//! spends only rights that it holds. A matrix says who gave how many rights to whom, on its diagonal who
//! earned how many by incrementing; beside it stands who spent how many. Each row has one writer, so
//! everything merges by the larger number. After *Extending Eventually Consistent Cloud Databases for
//! Enforcing Numeric Invariants* (2015).
//!
//! Promises that all accepted updates together never go below the bound, and that a decrement or transfer
//! is refused exactly when the own rights do not suffice, as far as its replica knows. Does not promise
//! that a replica knows of rights on their way to it, nor anything where two replicas share an identity
//! or one forgets what it spent. It needs causal delivery: a spending that comes before its right shows a
//! value below the bound for a while.

use serde::{Deserialize, Serialize};

use super::{Cells, Slots};
use crate::base::{Canonical, Digester, Identity};
use crate::model::counter::{BoundedOp, bounded};
use crate::model::{Growth, Specification};
use crate::replica::{DataType, Delivery, DeltaBased, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;

/// A counter with a lower bound. Replicas of one counter are made with the same parameters.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoundedCounter {
    bound: i32,
    /// The rights that each identity begins with.
    start: Vec<u32>,
    /// By giver, then by receiver. On the diagonal: rights earned by incrementing.
    given: Vec<Slots>,
    spent: Slots,
}

impl BoundedCounter {
    /// One that stands as far above its bound as the start rights of all identities add up to.
    pub fn new(bound: i32, start: impl Into<Vec<u32>>) -> BoundedCounter {
        BoundedCounter { bound, start: start.into(), given: Vec::new(), spent: Slots::new() }
    }

    /// Below this it never goes.
    pub fn bound(&self) -> i32 {
        self.bound
    }

    /// How much this identity may take away or hand over, as far as is known here. Below zero only where
    /// a spending became known before its right.
    pub fn rights(&self, identity: Identity) -> i64 {
        let start = self.start.get(identity.index()).copied().unwrap_or(0);
        let got = self.given.iter().fold(u64::from(start), |sum, row| sum.wrapping_add(row.get(identity)));
        let sent = self.row(identity).map_or(0, |row| row.sum().wrapping_sub(row.get(identity)));
        got.wrapping_sub(sent).wrapping_sub(self.spent.get(identity)) as i64
    }

    fn row(&self, giver: Identity) -> Option<&Slots> {
        self.given.get(giver.index())
    }

    /// Gives on, and says how much it now is in all.
    fn give(&mut self, giver: Identity, receiver: Identity, amount: u32) -> u64 {
        let given = self.row(giver).map_or(0, |row| row.get(receiver)).saturating_add(u64::from(amount));
        self.raise(giver, receiver, given);
        given
    }

    fn raise(&mut self, giver: Identity, receiver: Identity, given: u64) {
        if given == 0 {
            return;
        }
        if self.given.len() <= giver.index() {
            self.given.resize_with(giver.index() + 1, Slots::new);
        }
        self.given[giver.index()].raise(receiver, given);
    }

    fn value(&self) -> i64 {
        let start = self.start.iter().fold(i64::from(self.bound), |sum, rights| sum.wrapping_add(i64::from(*rights)));
        let diagonal = self.given.iter().enumerate().map(|(index, row)| row.get(Identity(index as u32)));
        let earned = diagonal.fold(0u64, u64::wrapping_add);
        start.wrapping_add(earned.wrapping_sub(self.spent.sum()) as i64)
    }

    /// Whether this identity may carry out this operation.
    fn permit(&self, op: &BoundedOp, identity: Identity) -> Result<(), Refused> {
        let (needed, what) = match *op {
            BoundedOp::Increment(_) => return Ok(()),
            BoundedOp::Decrement(amount) => (amount, "decrement"),
            BoundedOp::Transfer { amount, .. } => (amount, "transfer"),
        };
        let held = self.rights(identity);
        if held >= i64::from(needed) {
            return Ok(());
        }
        Err(Refused::because(format!(
            "{identity} holds {held} rights and a {what} of {needed} takes {needed}: ask for a transfer of the rest"
        )))
    }

    /// Carries out what is permitted, and says which number changed.
    fn carry_out(&mut self, op: &BoundedOp, identity: Identity) -> Change {
        match *op {
            BoundedOp::Increment(amount) => Change::Given((identity, identity), self.give(identity, identity, amount)),
            BoundedOp::Decrement(amount) => Change::Spent(identity, self.spent.add(identity, amount)),
            // The diagonal is no place for it, and nothing changes hands.
            BoundedOp::Transfer { to, .. } if to == identity => Change::Nothing,
            BoundedOp::Transfer { to, amount } => Change::Given((identity, to), self.give(identity, to, amount)),
        }
    }
}

/// Which number an operation changed, and to what.
enum Change {
    Given((Identity, Identity), u64),
    Spent(Identity, u64),
    Nothing,
}

impl Clone for BoundedCounter {
    #[inline]
    fn clone(&self) -> BoundedCounter {
        BoundedCounter {
            bound: self.bound,
            start: self.start.clone(),
            given: self.given.clone(),
            spent: self.spent.clone(),
        }
    }

    #[inline]
    fn clone_from(&mut self, source: &BoundedCounter) {
        self.bound = source.bound;
        self.start.clone_from(&source.start);
        self.given.clone_from(&source.given);
        self.spent.clone_from(&source.spent);
    }
}

impl DataType for BoundedCounter {
    type Op = BoundedOp;
    type View = i64;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> BoundedOp {
        BoundedOp::propose(self.start.len() as u64, pick)
    }

    fn view(&self) -> i64 {
        self.value()
    }

    fn digest(&self, digester: &mut Digester) {
        self.value().feed(digester);
    }
}

impl Specified for BoundedCounter {
    fn specification(&self) -> Specification<BoundedOp, i64> {
        bounded(self.bound, self.start.clone()).growing_with(Growth::Identities)
    }
}

impl StateBased for BoundedCounter {
    fn apply(&mut self, op: &BoundedOp, site: Site) -> Result<(), Refused> {
        self.permit(op, site.identity)?;
        self.carry_out(op, site.identity);
        Ok(())
    }

    fn merge(&mut self, other: &BoundedCounter) {
        if self.given.len() < other.given.len() {
            self.given.resize_with(other.given.len(), Slots::new);
        }
        for (ours, theirs) in self.given.iter_mut().zip(&other.given) {
            ours.merge(theirs);
        }
        self.spent.merge(&other.spent);
    }
}

/// Some numbers of a bounded counter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoundedDelta {
    /// Who gave how many rights to whom; to oneself by incrementing.
    pub given: Cells<(Identity, Identity)>,
    /// Who spent how many.
    pub spent: Cells<Identity>,
}

impl DeltaBased for BoundedCounter {
    type Delta = BoundedDelta;

    fn mutate(&mut self, op: &BoundedOp, site: Site) -> Result<BoundedDelta, Refused> {
        self.permit(op, site.identity)?;
        Ok(match self.carry_out(op, site.identity) {
            Change::Given(key, value) => BoundedDelta { given: Cells::one(key, value), spent: Cells::default() },
            Change::Spent(key, value) => BoundedDelta { given: Cells::default(), spent: Cells::one(key, value) },
            Change::Nothing => BoundedDelta::default(),
        })
    }

    fn join(&mut self, delta: &BoundedDelta) {
        for ((giver, receiver), value) in delta.given.iter() {
            self.raise(giver, receiver, value);
        }
        self.spent.join(&delta.spent);
    }

    fn combine(into: &mut BoundedDelta, other: &BoundedDelta) {
        into.given.combine(&other.given);
        into.spent.combine(&other.spent);
    }

    fn whole(&self) -> BoundedDelta {
        let rows = self.given.iter().enumerate();
        let cells = rows.flat_map(|(giver, row)| {
            row.iter().map(move |(receiver, value)| ((Identity(giver as u32), receiver), value))
        });
        BoundedDelta { given: cells.collect(), spent: self.spent.whole() }
    }
}

/// That someone carried out what its rights permitted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoundedEffect {
    /// Who.
    pub identity: Identity,
    /// What.
    pub op: BoundedOp,
}

impl OpBased for BoundedCounter {
    type Effect = BoundedEffect;

    const DELIVERY: Delivery = Delivery::CausalOnce;

    fn prepare(&self, op: &BoundedOp, site: Site) -> Result<BoundedEffect, Refused> {
        self.permit(op, site.identity)?;
        Ok(BoundedEffect { identity: site.identity, op: op.clone() })
    }

    fn effect(&mut self, effect: &BoundedEffect) {
        self.carry_out(&effect.op, effect.identity);
    }
}

#[cfg(test)]
mod tests {
    use super::super::histories::{Deltas, Issued, effects_agree, forms_agree};
    use super::*;

    fn transfer(to: u32, amount: u32) -> BoundedOp {
        BoundedOp::Transfer { to: Identity(to), amount }
    }

    #[test]
    fn five_left_cannot_be_sold_six_times_across_a_partition() {
        let mut shops = vec![BoundedCounter::new(0, [3, 2]); 2];
        let mut sold = [0; 2];
        for (identity, shop) in shops.iter_mut().enumerate() {
            for _ in 0..6 {
                sold[identity] += usize::from(shop.apply(&BoundedOp::Decrement(1), Site::of(identity as u32)).is_ok());
            }
        }
        assert_eq!((sold, shops[0].view(), shops[1].view()), ([3, 2], 2, 3));
        let other = shops[1].clone();
        shops[0].merge(&other);
        assert_eq!(shops[0].view(), 0);
    }

    #[test]
    fn rights_that_were_asked_for_and_granted_can_be_spent_elsewhere() {
        let mut rich = BoundedCounter::new(10, [5, 0]);
        let mut poor = rich.clone();
        assert_eq!(
            poor.apply(&BoundedOp::Decrement(2), Site::of(1)),
            Err(Refused::because("i1 holds 0 rights and a decrement of 2 takes 2: ask for a transfer of the rest"))
        );
        rich.apply(&transfer(1, 4), Site::of(0)).unwrap();
        assert_eq!((rich.rights(Identity(0)), rich.view()), (1, 15), "a transfer moves rights and no value");
        assert_eq!(
            rich.apply(&transfer(1, 2), Site::of(0)),
            Err(Refused::because("i0 holds 1 rights and a transfer of 2 takes 2: ask for a transfer of the rest"))
        );
        poor.merge(&rich);
        poor.apply(&BoundedOp::Decrement(4), Site::of(1)).unwrap();
        assert_eq!((poor.rights(Identity(1)), poor.view()), (0, 11));
    }

    #[test]
    fn who_increments_may_decrement() {
        let mut counter = BoundedCounter::new(0, []);
        counter.apply(&BoundedOp::Increment(2), Site::of(3)).unwrap();
        counter.apply(&transfer(3, 2), Site::of(3)).unwrap();
        assert_eq!(counter.rights(Identity(3)), 2, "rights handed to oneself stay where they were");
        counter.apply(&BoundedOp::Decrement(2), Site::of(3)).unwrap();
        counter.apply(&BoundedOp::Decrement(1), Site::of(3)).unwrap_err();
        assert_eq!(counter.view(), 0);
    }

    #[test]
    fn a_spending_that_comes_before_its_right_shows_a_value_below_the_bound() {
        let (mut a, mut c) = (BoundedCounter::new(0, [0, 0, 0]), BoundedCounter::new(0, [0, 0, 0]));
        let earned = a.mutate(&BoundedOp::Increment(1), Site::of(0)).unwrap();
        let spent = a.mutate(&BoundedOp::Decrement(1), Site::of(0)).unwrap();
        c.join(&spent);
        assert_eq!((c.view(), c.rights(Identity(0))), (-1, -1), "which is why deltas come in causal order");
        c.join(&earned);
        assert_eq!((c.view(), c.rights(Identity(0))), (0, 0));
    }

    const BOUND: i32 = -2;
    const START: [u32; 3] = [4, 0, 2];

    /// An identity's rights by the definition: what it began with, earned and received, less what it sent
    /// and spent.
    fn rights(known: &[&Issued<BoundedCounter>], identity: Identity) -> i64 {
        let start = i64::from(START[identity.index()]);
        known.iter().fold(start, |rights, update| {
            let own = update.site.identity == identity;
            rights
                + match update.op {
                    BoundedOp::Increment(amount) if own => i64::from(amount),
                    BoundedOp::Decrement(amount) if own => -i64::from(amount),
                    BoundedOp::Transfer { to, amount } => {
                        i64::from(amount) * (i64::from(to == identity) - i64::from(own))
                    }
                    _ => 0,
                }
        })
    }

    fn refuses(known: &[&Issued<BoundedCounter>], op: &BoundedOp, site: Site) -> bool {
        match op {
            BoundedOp::Increment(_) => false,
            BoundedOp::Decrement(amount) | BoundedOp::Transfer { amount, .. } => {
                rights(known, site.identity) < i64::from(*amount)
            }
        }
    }

    fn reference(known: &[&Issued<BoundedCounter>]) -> i64 {
        let start = i64::from(BOUND) + 6;
        let value = known.iter().fold(start, |value, update| match update.op {
            BoundedOp::Increment(amount) => value + i64::from(amount),
            BoundedOp::Decrement(amount) => value - i64::from(amount),
            BoundedOp::Transfer { .. } => value,
        });
        assert!(value >= i64::from(BOUND), "{known:?}");
        for identity in (0..3).map(Identity) {
            assert!(rights(known, identity) >= 0, "{identity} in {known:?}");
        }
        value
    }

    #[test]
    fn every_form_refuses_exactly_when_rights_run_out_and_keeps_the_bound() {
        let start = BoundedCounter::new(BOUND, START);
        let tally = forms_agree(start, Deltas::Causal, refuses, reference);
        assert!(tally.updates > 1500 && tally.refused > 1000, "{tally:?}");
    }

    #[test]
    fn effects_in_causal_order_keep_the_bound() {
        effects_agree(BoundedCounter::new(BOUND, START), refuses, reference);
    }

    #[test]
    fn what_is_known_of_rights_agrees_with_the_definition() {
        forms_agree(BoundedCounter::new(BOUND, START), Deltas::Causal, refuses, |known| {
            if let Some(last) = known.iter().max_by_key(|update| update.number) {
                let past: Vec<_> = known.iter().filter(|update| last.seen.contains(&update.number)).copied().collect();
                let past = [past, vec![*last]].concat();
                for identity in (0..3).map(Identity) {
                    assert_eq!(last.after.rights(identity), rights(&past, identity), "{identity}");
                }
            }
            reference(known)
        });
    }
}
