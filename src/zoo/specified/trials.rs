//! For tests only: replicas that live through a random history, each beside what it knows, and are held against
//! their specification at every step.
//!
//! They merge whole states, also old ones, so that what they know is closed; some lose their state and come back
//! under a new identity, as the contract allows. Clocks differ, stand still and step back.

use std::collections::BTreeSet;

use super::Specified;
use crate::base::{Concern, Dice, Digester, Identity, Known, Name, ReplicaId, Seed, Update};
use crate::model::{History, Issued, Judge, Judged, Ruled, Ruling, Visible};
use crate::replica::{DataType, DeltaBased, Site, StateBased};

/// What came up in some histories.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) updates: u64,
    pub(crate) refused: u64,
    /// How many different views were right.
    pub(crate) views: usize,
    /// Of how many views a judge could not tell.
    pub(crate) untold: u64,
}

impl Tally {
    #[track_caller]
    fn rule(&mut self, seed: u64, ruling: Ruling) {
        match ruling {
            Ok(Ruled::Right) => {}
            Ok(Ruled::Untold) => self.untold += 1,
            Err(wrong) => panic!("seed {seed}: {wrong}"),
        }
    }
}

type Bench<T> = Option<Box<dyn Judge<<T as DataType>::Op, <T as DataType>::View> + Send>>;

/// Numbers below the asked bound, one after the other, the same for the same seed.
fn draws(seed: u64) -> impl FnMut(u64) -> u64 {
    let (dice, mut draw) = (Dice::new(Seed(seed)), 0);
    move |bound| {
        draw += 1;
        dice.below(Concern::Replica, Name(0), draw, bound)
    }
}

/// What a replica holds, and what is in that.
#[derive(Clone)]
struct Holder<T> {
    value: T,
    known: Known,
    identity: Identity,
}

const REPLICAS: u64 = 3;

/// Lives through the histories of some seeds. `witness` is shown every knowledge that comes up, with its only right
/// view.
pub(crate) fn live<T: StateBased + Specified>(
    fresh: &T,
    seeds: u64,
    mut witness: impl FnMut(&Visible<'_, T::Op>, &T::View),
) -> Tally {
    let (mut tally, mut views) = (Tally::default(), BTreeSet::new());
    let specification = fresh.specification();
    let mut bench: Bench<T> = specification.judge();
    for seed in 0..seeds {
        let mut pick = draws(seed);
        let mut history = History::new();
        bench.iter_mut().for_each(|judge| judge.reset());
        let newcomer = |identity| Holder { value: fresh.clone(), known: Known::new(), identity: Identity(identity) };
        let mut replicas: Vec<_> = (0..REPLICAS as u32).map(newcomer).collect();
        let (mut identities, mut states) = (REPLICAS as u32, replicas.clone());
        for step in 0..10 + pick(40) {
            let at = pick(REPLICAS) as usize;
            match pick(24) {
                0 => {
                    replicas[at] = newcomer(identities);
                    identities += 1;
                }
                1..16 => {
                    let reading = (step / 6).saturating_sub(pick(2)) + at as u64 % 2;
                    let before = replicas[at].value.view();
                    let accepted = write(seed, &mut history, &mut replicas[at], at as u32, reading, &mut pick);
                    *if accepted { &mut tally.updates } else { &mut tally.refused } += 1;
                    let slot = ReplicaId(at as u32);
                    let issued = history.get(Update { replica: slot, number: history.of(slot) });
                    if let (Some(judge), true, Some(issued)) = (&mut bench, accepted, issued) {
                        tally.rule(seed, judge.wrote(issued, &before, &replicas[at].value.view()));
                    }
                }
                _ => {
                    let source = match pick(2) {
                        0 => replicas[pick(REPLICAS) as usize].clone(),
                        _ => states[pick(states.len() as u64) as usize].clone(),
                    };
                    replicas[at].value.merge(&source.value);
                    replicas[at].known.extend(&source.known);
                }
            }
            let Holder { value, known, .. } = &replicas[at];
            assert!(history.is_closed(known, &Known::new()), "seed {seed}: {known} is not closed");
            let expected = right(seed, value, &history, known);
            if let Some(judge) = &mut bench {
                tally.rule(seed, judge.shown(&Visible::new(&history, known), &value.view()));
            }
            witness(&Visible::new(&history, known), &expected);
            views.insert(Digester::of(&expected));
            states.push(replicas[at].clone());
        }
        let mut all = newcomer(identities);
        for replica in &replicas {
            all.value.merge(&replica.value);
            all.known.extend(&replica.known);
        }
        right(seed, &all.value, &history, &all.known);
        if let Some(judge) = &mut bench {
            tally.rule(seed, judge.shown(&Visible::new(&history, &all.known), &all.value.view()));
        }
    }
    assert!(specification.clock.is_none() || tally.updates > 0, "nothing was stamped");
    Tally { views: views.len(), ..tally }
}

/// Asks for one operation. False if it was refused.
fn write<T: StateBased + Specified>(
    seed: u64,
    history: &mut History<T::Op>,
    replica: &mut Holder<T>,
    at: u32,
    reading: u64,
    pick: &mut impl FnMut(u64) -> u64,
) -> bool {
    let specification = replica.value.specification();
    let site = Site { identity: replica.identity, ..Site::default() }.at(reading);
    let op = replica.value.propose(pick);
    let (before, seen) = (replica.value.view(), replica.known.clone());
    let refuses = specification.refuses(&Visible::new(history, &seen), site.identity, &op);
    let result = replica.value.apply(&op, site);
    assert!(
        refuses.is_none_or(|refuses| refuses == result.is_err()),
        "seed {seed}: {op:?} is to be refused: {refuses:?}, but the answer to it is {result:?}"
    );
    if result.is_err() {
        assert_eq!(replica.value.view(), before, "seed {seed}: {op:?} was refused and did something");
        return false;
    }
    let (intent, after) = (op.clone(), replica.value.view());
    issue(history, replica, at, site, op, seen);
    if let Err(missing) = specification.intent(&before, &intent, &after) {
        panic!("seed {seed}: {missing}");
    }
    true
}

/// Writes an accepted operation down.
fn issue<T: StateBased + Specified>(
    history: &mut History<T::Op>,
    replica: &mut Holder<T>,
    at: u32,
    site: Site,
    op: T::Op,
    seen: Known,
) {
    let specification = replica.value.specification();
    let slot = ReplicaId(at);
    let update = Update { replica: slot, number: history.of(slot) + 1 };
    let (identity, nth) = (site.identity, history.signed(site.identity) + 1);
    let stamped = specification.stamps(&op);
    let stamp = replica.value.latest_stamp().filter(|_| stamped);
    assert!(
        specification.clock.is_none() || stamp.is_some() == stamped,
        "{op:?} has no stamp, and its type arbitrates by them"
    );
    let key = specification.key(&op);
    history.add(Issued { update, op, identity, nth, at: site.now, reading: site.now, stamp, seen, closed: true }, key);
    replica.known.insert(update);
}

/// Holds a value against the specification, as a whole and part by part; gives the only right view.
#[track_caller]
fn right<T: Specified>(seed: u64, value: &T, history: &History<T::Op>, known: &Known) -> T::View {
    let specification = value.specification();
    let visible = Visible::new(history, known);
    let expected = specification.view(&visible);
    let view = value.view();
    let view = specification.told(&view).unwrap_or(view);
    assert_eq!(view, expected, "seed {seed}: of {:#?}", visible.iter().collect::<Vec<_>>());
    if let Some(parts) = specification.parts() {
        for issued in visible.iter() {
            let Some(key) = (parts.key)(&issued.op) else { continue };
            let (part, expected) = ((parts.part)(&view, &issued.op), specification.view(&visible.only(key)));
            assert_eq!(part, expected, "seed {seed}: the part that {:?} is about", issued.op);
        }
    }
    expected
}

/// The same with deltas of single updates that come in any order, for a type that is judged whatever is known.
/// `tells` says whether the delta of the first update tells of the second one, too.
pub(crate) fn live_anywhere<T: DeltaBased + Specified>(
    fresh: &T,
    seeds: u64,
    tells: impl Fn(&Issued<T::Op>, &Issued<T::Op>) -> bool,
) -> Tally {
    assert_eq!(fresh.specification().judged, Judged::Anywhere);
    let (mut tally, mut views) = (Tally::default(), BTreeSet::new());
    for seed in 0..seeds {
        let mut pick = draws(seed);
        let mut history = History::new();
        let newcomer = |at| Holder { value: fresh.clone(), known: Known::new(), identity: Identity(at) };
        let mut replicas: Vec<_> = (0..REPLICAS as u32).map(newcomer).collect();
        let mut deltas: Vec<(T::Delta, Known)> = Vec::new();
        for step in 0..10 + pick(40) {
            let at = pick(REPLICAS) as usize;
            let replica = &mut replicas[at];
            if deltas.is_empty() || pick(2) == 0 {
                let site = Site::of(at as u32).at((step / 6).saturating_sub(pick(2)) + at as u64 % 2);
                let (op, seen) = (replica.value.propose(&mut pick), replica.known.clone());
                let Ok(delta) = replica.value.mutate(&op, site) else {
                    tally.refused += 1;
                    continue;
                };
                tally.updates += 1;
                issue(&mut history, replica, at as u32, site, op, seen);
                let slot = ReplicaId(at as u32);
                let news = history.get(Update { replica: slot, number: history.of(slot) });
                let news = news.expect("it was just issued");
                let told = history.iter().filter(|other| other.update == news.update || tells(news, other));
                deltas.push((delta, told.map(|issued| issued.update).collect()));
            } else {
                let (delta, told) = &deltas[pick(deltas.len() as u64) as usize];
                replica.value.join(delta);
                replica.known.extend(told);
            }
            let expected = right(seed, &replica.value, &history, &replica.known);
            views.insert(Digester::of(&expected));
        }
    }
    Tally { views: views.len(), ..tally }
}

/// Checks that a reading which is wrong is told from the specification by some history of a right implementation.
#[track_caller]
pub(crate) fn tells_apart<T: StateBased + Specified>(fresh: &T, wrong: impl Fn(&Visible<'_, T::Op>) -> T::View) {
    let mut apart = 0;
    live(fresh, 100, |visible, expected| apart += u32::from(wrong(visible) != *expected));
    assert!(apart > 0, "in no history does the wrong reading show anything else");
}

mod tests {
    use super::*;
    use crate::model::set::SetOp;
    use crate::zoo::set::OrSet;

    #[test]
    fn an_or_set_shows_what_its_specification_says() {
        let tally = live(&OrSet::<u32>::new(), 300, |_, _| ());
        assert!(tally.updates > 3000 && tally.refused == 0 && tally.views == 16, "{tally:?}");
    }

    #[test]
    fn a_set_in_which_the_last_word_counts_is_told_from_one_in_which_adds_win() {
        tells_apart(&OrSet::<u32>::new(), |visible| {
            let on_each = visible.by(|op| Some(*op.element()));
            let last_adds = |updates: &Vec<&Issued<_>>| {
                matches!(updates.iter().max_by_key(|update| update.at).map(|update| &update.op), Some(SetOp::Add(_)))
            };
            on_each.into_iter().filter(|(_, updates)| last_adds(updates)).map(|(element, _)| element).collect()
        });
    }
}
