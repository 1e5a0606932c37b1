//! A row of the matrix: one data type through all its syncs and all columns.

use std::collections::BTreeSet;
use std::env;

use squall::base::{Observed, Seed};
use squall::replica::{DataType, OpBased, StateBased};
use squall::scenario::Plan;
use squall::world::{Dealt, Witness, World};
use squall::zoo::sync::{
    AnyOrder, AsDeltas, AsEffects, Family, Fetch, Fitting, FullState, Gossiped, Intervals, Merkle, Operations, Pace,
    Protocol, Rows, Sync, Synced,
};

use crate::columns::{COLUMNS, Column};
use crate::erased::AnySync;
use crate::history::{Historian, Issued};

/// What a type must show, given the accepted updates in the order in which they were.
pub(crate) type Reference<T> = fn(&[Issued<T>], &<T as DataType>::View) -> Result<(), String>;

/// Whether an update may come before what it was made upon.
const ANY_ORDER: bool = false;
const CAUSAL: bool = true;

/// One data type, and what it went through so far.
pub(crate) struct Row<T: DataType> {
    name: &'static str,
    start: T,
    reference: Reference<T>,
    done: BTreeSet<Sync>,
}

fn seeds() -> u64 {
    let default = if cfg!(debug_assertions) { 5 } else { 200 };
    env::var("SQUALL_MATRIX_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(default)
}

impl<T: Fitting<Op: 'static, View: 'static> + 'static> Row<T> {
    pub(crate) fn new(name: &'static str, start: T, reference: Reference<T>) -> Row<T> {
        Row { name, start, reference, done: BTreeSet::new() }
    }

    pub(crate) fn state(&mut self)
    where
        T: StateBased,
    {
        self.on(Sync::FullState, CAUSAL, FullState::new);
    }

    pub(crate) fn deltas(&mut self)
    where
        T: Gossiped,
    {
        self.on(Sync::DeltaIntervals, CAUSAL, Intervals::new);
        self.on(Sync::DeltaIntervals, CAUSAL, Intervals::plain);
        // A short log, so that the full state has to help out.
        self.on(Sync::DeltaIntervals, CAUSAL, |value| Intervals::new(value).with_log(3));
        self.on(Sync::DeltasInAnyOrder, ANY_ORDER, AnyOrder::new);
        self.on(Sync::DeltasInAnyOrder, ANY_ORDER, |value| AnyOrder::new(value).with_debt(3));
        self.on(Sync::Fetch, CAUSAL, Fetch::<T, AsDeltas>::new);
    }

    pub(crate) fn effects(&mut self)
    where
        T: OpBased,
    {
        self.on(Sync::Operations, T::DELIVERY.causal(), Operations::new);
        self.on(Sync::Fetch, CAUSAL, Fetch::<T, AsEffects>::new);
    }

    pub(crate) fn rows(&mut self)
    where
        T: Rows,
    {
        self.on(Sync::Merkle, ANY_ORDER, Merkle::new);
    }

    /// That nothing is left out that fits.
    pub(crate) fn complete(self) {
        let fitting = Sync::ALL.into_iter().filter(|sync| T::fits(*sync).is_ok());
        assert_eq!(self.done, fitting.collect(), "{} runs on all that fits, and on nothing else", self.name);
    }

    /// Goes through all columns on one sync, unless that does not fit.
    fn on<P>(&mut self, sync: Sync, causal: bool, protocol: impl Fn(T) -> P)
    where
        P: Protocol<Value = T, News: 'static, Message: 'static> + 'static,
    {
        if T::fits(sync).is_ok() {
            let protocol = AnySync::new(protocol(self.start.clone()));
            self.through(sync, causal, &protocol);
        }
    }

    fn through(&mut self, sync: Sync, causal: bool, protocol: &AnySync) {
        self.done.insert(sync);
        let mut judged = 0;
        for column in COLUMNS {
            let (mut witness, mut updates) = (Witness::default(), 0);
            let place = format!("{} on {sync} under {}", self.name, column.name);
            for seed in (0..seeds()).map(Seed) {
                let cell = self.cell(causal, protocol, column, seed, &format!("{place}, seed {}", seed.0));
                updates += cell.updates;
                judged += u64::from(cell.judged);
                witness.add(&cell.witness);
            }
            assert!(updates > 0, "{place}: nothing was accepted");
            assert!((column.bites)(&witness) > 0, "{place}: the fault never struck; {witness}");
        }
        assert!(judged > 0, "{} on {sync}: no run could be judged", self.name);
    }

    fn cell(&self, causal: bool, protocol: &AnySync, column: &Column, seed: Seed, place: &str) -> Cell {
        let plan = column.plan(seed);
        let mut historian = Historian::new(&plan, column.name == "all together");
        let (witness, replicas) = run(&plan, protocol, column.pace(&plan), seed, &mut historian);
        if let Some(parted) = &historian.parted {
            panic!("{place}: {parted}");
        }
        let issued = historian.issued::<T>();
        // Where an update may come before its cause, and another one is made on top of that, the two have no
        // specified meaning; what a replica shows of any updates has.
        let any = matches!(T::FAMILY, Family::Slots | Family::Joins | Family::Sequence);
        let judged = any || causal || historian.closed;
        let verdict = |replica: &Synced<AnySync>| (self.reference)(&issued, replica.view().get());
        for replica in &replicas {
            if let Some(wrong) = verdict(replica).err().filter(|_| judged) {
                for issued in &issued {
                    let seen: Vec<_> = issued.seen.updates().map(|update| update.to_string()).collect();
                    eprintln!("{} {:?} after {}", issued.update, issued.op, seen.join(" "));
                }
                panic!("{place}: {wrong} after the updates above, by {:?}", replica.value().snapshot().get::<T>());
            }
            assert_eq!(replica.view().get::<T::View>(), replicas[0].view().get(), "{place}");
        }
        Cell { witness, updates: issued.len(), judged }
    }
}

/// What came of one run.
struct Cell {
    witness: Witness,
    updates: usize,
    /// Whether the views were compared with the reference, and not only with each other.
    judged: bool,
}

type Replicas = Vec<Synced<AnySync>>;

/// The only place where a world is made, so that it is compiled once.
fn run(plan: &Plan, protocol: &AnySync, pace: Pace, seed: Seed, historian: &mut Historian) -> (Witness, Replicas) {
    let system = Synced::everywhere(protocol.clone(), pace);
    let writers = historian.writers();
    let mut world = World::new();
    let run = world.run(plan, &system, &writers, &mut Dealt::new(seed), historian);
    (run.witness, world.replicas().to_vec())
}
