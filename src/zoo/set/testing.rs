//! For tests only: histories in words, and random ones that are compared with a plain reading of what a
//! type must show.

use std::collections::BTreeSet;
use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::base::{Concern, Dice, Digester, Name, Seed};
use crate::model::flag::FlagOp;
use crate::model::set::SetOp;
use crate::replica::{DataType, DeltaBased, OpBased, Refused, Site, StateBased};

/// An update that was accepted, in the order of all of them, with those that its replica knew, as bits.
pub(super) struct Update<Op> {
    index: usize,
    pub(super) op: Op,
    pub(super) site: Site,
    seen: u64,
}

/// The updates that a replica knows. They are a bit each.
pub(super) struct Updates<'a, Op> {
    ever: &'a [Update<Op>],
    known: u64,
}

impl<Op> Clone for Updates<'_, Op> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Op> Copy for Updates<'_, Op> {}

impl<'a, Op> Updates<'a, Op> {
    pub(super) fn all(self) -> impl Iterator<Item = &'a Update<Op>> + 'a
    where
        Op: 'a,
    {
        self.ever.iter().filter(move |update| self.known >> update.index & 1 == 1)
    }

    pub(super) fn iter(self) -> impl Iterator<Item = &'a Op> + 'a
    where
        Op: 'a,
    {
        self.all().map(|update| &update.op)
    }

    /// Whether the later update was issued where the earlier one was known. Updates are issued only where
    /// all is known that the known ones saw, so that this is happens-before.
    pub(super) fn saw(self, later: &Update<Op>, earlier: &Update<Op>) -> bool {
        later.seen >> earlier.index & 1 == 1
    }

    fn closed(self) -> bool {
        self.all().all(|update| update.seen & !self.known == 0)
    }
}

/// What an add-wins set shows: an element of which some add was seen by no removal.
pub(super) fn add_wins(known: Updates<SetOp<u32>>) -> BTreeSet<u32> {
    let of = |op: SetOp<u32>| known.all().filter(move |update| update.op == op);
    let removed = |element: u32, add| of(SetOp::Remove(element)).any(|removal| known.saw(removal, add));
    let shown = |element: &u32| of(SetOp::Add(*element)).any(|add| !removed(*element, add));
    known.iter().map(|op| *op.element()).filter(shown).collect()
}

pub(super) fn nothing_is_refused<View, Op>(_: &View, _: &Op) -> bool {
    false
}

/// Numbers below the asked bound, the same for the same seed.
fn draws(seed: u64) -> impl FnMut(u64) -> u64 {
    let (dice, mut draw) = (Dice::new(Seed(seed)), 0);
    move |bound| {
        draw += 1;
        dice.below(Concern::Replica, Name(0), draw, bound)
    }
}

const SEEDS: u64 = 150;
/// No more than there are bits.
const STEPS: usize = 50;

/// A clock that often shows what another shows, and at times goes back.
fn site(replica: usize, step: usize, pick: &mut impl FnMut(u64) -> u64) -> Site {
    Site::of(replica as u32).at(step as u64 / 8 + pick(3))
}

#[track_caller]
fn shows<T: DataType>(value: &T, expected: &T::View, where_it_is: &str) {
    assert_eq!(&value.view(), expected, "{where_it_is}: {value:?}");
    let mut digester = Digester::new();
    value.digest(&mut digester);
    assert_eq!(digester.finish(), Digester::of(expected), "{where_it_is}: the digest is another view's");
}

#[track_caller]
fn survives_encoding<T: Debug + Serialize + DeserializeOwned>(value: &T) {
    let bytes = postcard::to_allocvec(value).unwrap();
    let read: T = postcard::from_bytes(&bytes).unwrap();
    assert_eq!(format!("{read:?}"), format!("{value:?}"));
    assert_eq!(postcard::to_allocvec(&read).unwrap(), bytes);
}

/// One replica in all three forms, which are always told the same.
struct Trio<T> {
    state: T,
    delta: T,
    op: T,
    known: u64,
}

/// Random histories in all three forms at once, each told whatever the other replica knows by its own
/// means: every form shows what is expected, all forms end as one value, refusals change nothing, deltas do
/// what the whole step does, and merging keeps its laws.
pub(super) fn forms_agree<T: DeltaBased + OpBased + PartialEq>(
    new: impl Fn() -> T,
    expected: impl Fn(Updates<T::Op>) -> T::View,
    refused: impl Fn(&T::View, &T::Op) -> bool,
) {
    let mut shown = BTreeSet::new();
    for seed in 0..SEEDS {
        let mut pick = draws(seed);
        let mut replicas = [0, 1, 2].map(|_| Trio { state: new(), delta: new(), op: new(), known: 0 });
        let (mut ever, mut deltas, mut effects) = (Vec::new(), Vec::new(), Vec::new());
        for step in 0..STEPS {
            let at = pick(3) as usize;
            if pick(3) > 0 {
                let Trio { state, delta, op, known } = &mut replicas[at];
                let asked = state.propose(&mut pick);
                let site = site(at, step, &mut pick);
                let before = state.clone();
                let prepared = op.prepare(&asked, site);
                let outcomes = (state.apply(&asked, site), delta.mutate(&asked, site), prepared);
                let (told, effect) = match outcomes {
                    (Ok(()), Ok(told), Ok(effect)) => (told, effect),
                    (Err(why), Err(same), Err(again)) => {
                        assert!(refused(&before.view(), &asked), "seed {seed}: {asked:?} was refused: {why}");
                        assert_eq!((&why, &same), (&same, &again));
                        assert_eq!((&*state, &*delta, &*op), (&before, &before, &before), "a refusal changed it");
                        continue;
                    }
                    (state, delta, op) => panic!("seed {seed}: {state:?}, {delta:?}, {op:?}"),
                };
                assert!(!refused(&before.view(), &asked), "seed {seed}: {asked:?} was accepted");
                op.effect(&effect);
                let mut joined = before;
                joined.join(&told);
                assert_eq!(&joined, &*delta, "seed {seed}: the delta of {asked:?} is not the step");
                survives_encoding(&asked);
                survives_encoding(&told);
                survives_encoding(&effect);
                ever.push(Update { index: ever.len(), op: asked, site, seen: *known });
                deltas.push(told);
                effects.push(effect);
                *known |= 1 << (ever.len() - 1);
            } else {
                let from = (at + 1 + pick(2) as usize) % 3;
                let [to, from] = replicas.get_disjoint_mut([at, from]).unwrap();
                to.state.merge(&from.state);
                let mut news: Vec<usize> =
                    (0..ever.len()).filter(|index| from.known & !to.known & 1 << index != 0).collect();
                let mut order = news.clone();
                shuffle(&mut order, &mut pick);
                match pick(3) {
                    0 => to.delta.join(&from.delta.whole()),
                    1 => {
                        let group = order.iter().map(|index| deltas[*index].clone()).reduce(|mut group, delta| {
                            T::combine(&mut group, &delta);
                            group
                        });
                        group.iter().for_each(|group| to.delta.join(group));
                    }
                    _ => order.iter().chain(&news).for_each(|index| to.delta.join(&deltas[*index])),
                }
                if !T::DELIVERY.once() {
                    // Also what it had long ago, and some of the news twice.
                    news.extend((0..ever.len()).filter(|index| from.known & 1 << index != 0));
                }
                if !T::DELIVERY.causal() {
                    shuffle(&mut news, &mut pick);
                }
                news.iter().for_each(|index| to.op.effect(&effects[*index]));
                to.known |= from.known;
            }
            let Trio { state, delta, op, known } = &replicas[at];
            let view = expected(Updates { ever: &ever, known: *known });
            shows(state, &view, &format!("seed {seed} step {step}, by states"));
            shows(delta, &view, &format!("seed {seed} step {step}, by deltas"));
            shows(op, &view, &format!("seed {seed} step {step}, by operations"));
            assert_eq!((state, state), (delta, op), "seed {seed} step {step}: the forms parted");
            shown.insert(format!("{view:?}"));
        }
        let [a, b, c] = replicas.map(|replica| replica.state);
        is_a_join(&a, &b, &c);
        survives_encoding(&a);
        let mut reused = b.clone();
        reused.clone_from(&a);
        assert_eq!(reused, a);
    }
    assert!(shown.len() > 1, "only {shown:?} was ever shown");
}

fn is_a_join<T: StateBased + PartialEq>(a: &T, b: &T, c: &T) {
    let join = |left: &T, right: &T| {
        let mut left = left.clone();
        left.merge(right);
        left
    };
    assert_eq!(join(a, b), join(b, a), "the order of two matters");
    assert_eq!(join(&join(a, b), c), join(a, &join(b, c)), "the grouping of three matters");
    assert_eq!(&join(a, a), a, "a value changes itself");
    assert_eq!(join(&join(a, b), b), join(a, b), "a second merge of the same changes something");
}

fn shuffle<T>(items: &mut [T], pick: &mut impl FnMut(u64) -> u64) {
    for last in (1..items.len()).rev() {
        items.swap(last, pick(last as u64 + 1) as usize);
    }
}

/// Where a view is compared with what is expected.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Judged {
    /// Whatever is known.
    AtAllTimes,
    /// Where all is known that the known updates saw.
    WhereClosed,
}

pub(super) const AT_ALL_TIMES: Judged = Judged::AtAllTimes;
pub(super) const WHERE_CLOSED: Judged = Judged::WhereClosed;

/// Random histories in which deltas come in any order, with repeats.
pub(super) fn deltas_come_in_any_order<T: DeltaBased + PartialEq>(
    new: impl Fn() -> T,
    expected: impl Fn(Updates<T::Op>) -> T::View,
    judged: Judged,
) {
    in_any_order(new, T::mutate, T::join, expected, judged);
}

/// Random histories in which effects come in any order, with repeats.
pub(super) fn effects_come_in_any_order<T: OpBased + PartialEq>(
    new: impl Fn() -> T,
    expected: impl Fn(Updates<T::Op>) -> T::View,
    judged: Judged,
) {
    let tell = |value: &mut T, op: &T::Op, site| {
        let effect = value.prepare(op, site)?;
        value.effect(&effect);
        Ok(effect)
    };
    in_any_order(new, tell, T::effect, expected, judged);
}

fn in_any_order<T: DataType + PartialEq, M>(
    new: impl Fn() -> T,
    tell: impl Fn(&mut T, &T::Op, Site) -> Result<M, Refused>,
    hear: impl Fn(&mut T, &M),
    expected: impl Fn(Updates<T::Op>) -> T::View,
    judged: Judged,
) {
    let (mut apart, mut compared) = (0, 0);
    for seed in 0..SEEDS {
        let mut pick = draws(seed);
        let mut replicas = [0, 1, 2].map(|_| (new(), 0));
        let (mut ever, mut told) = (Vec::new(), Vec::new());
        for step in 0..4 * STEPS {
            let at = pick(3) as usize;
            let (value, known) = &mut replicas[at];
            let closed = Updates { ever: &ever, known: *known }.closed();
            if pick(4) == 0 && ever.len() < STEPS && (closed || judged == Judged::AtAllTimes) {
                let op = value.propose(&mut pick);
                let site = site(at, step, &mut pick);
                if let Ok(message) = tell(value, &op, site) {
                    ever.push(Update { index: ever.len(), op, site, seen: *known });
                    told.push(message);
                    *known |= 1 << (ever.len() - 1);
                }
            } else if !told.is_empty() {
                // The recent ones more often: the gaps are to close now and then.
                let back = pick(told.len() as u64) as usize;
                let index = told.len() - 1 - pick(back as u64 + 1) as usize;
                hear(value, &told[index]);
                *known |= 1 << index;
            }
            let updates = Updates { ever: &ever, known: *known };
            apart += usize::from(!updates.closed());
            if updates.closed() || judged == Judged::AtAllTimes {
                compared += 1;
                shows(value, &expected(updates), &format!("seed {seed} step {step}"));
            }
        }
        for (value, _) in &mut replicas {
            let mut order: Vec<usize> = (0..told.len()).collect();
            shuffle(&mut order, &mut pick);
            order.iter().for_each(|index| hear(value, &told[*index]));
            let known = (1 << ever.len()) - 1;
            shows(value, &expected(Updates { ever: &ever, known }), &format!("seed {seed} at the end"));
        }
        let [(a, _), (b, _), (c, _)] = &replicas;
        assert_eq!((a, b), (b, c), "seed {seed}: all know all");
    }
    assert!(apart > 1000 && compared > 1000, "{apart} times something seen was missing, {compared} comparisons");
}

/// What a story says of an operation: `adds milk`, `removes milk`, `enables`, `disables`.
pub(super) trait Spoken: Sized {
    fn heard(words: &[&str]) -> Self;
}

impl Spoken for SetOp<String> {
    fn heard(words: &[&str]) -> Self {
        match words {
            ["adds", element] => SetOp::Add((*element).to_owned()),
            ["removes", element] => SetOp::Remove((*element).to_owned()),
            _ => panic!("a set cannot be asked {words:?}"),
        }
    }
}

impl Spoken for FlagOp {
    fn heard(words: &[&str]) -> Self {
        match words {
            ["enables"] => FlagOp::Enable,
            ["disables"] => FlagOp::Disable,
            _ => panic!("a flag cannot be asked {words:?}"),
        }
    }
}

/// What a story says of a view: `{milk, tea}`, `true`.
pub(super) trait Shown {
    fn shown(&self) -> String;
}

impl Shown for BTreeSet<String> {
    fn shown(&self) -> String {
        format!("{{{}}}", self.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
    }
}

impl Shown for bool {
    fn shown(&self) -> String {
        self.to_string()
    }
}

/// Tells a story of replicas a, b, c and so on, and compares what those in it show at its end. `b from a`
/// merges a's state into b, `sync` every state into every other.
#[track_caller]
pub(super) fn check<T: StateBased + Default>(story: &str, expected: &str)
where
    T::Op: Spoken,
    T::View: Shown,
{
    check_from(T::default, story, expected);
}

#[track_caller]
fn check_from<T: StateBased>(new: impl Fn() -> T, story: &str, expected: &str)
where
    T::Op: Spoken,
    T::View: Shown,
{
    let named =
        |word: &str| (word.len() == 1).then(|| word.as_bytes()[0].wrapping_sub(b'a') as usize).filter(|n| *n < 5);
    let count = story.split(['\u{20}', ';']).filter_map(named).max().map_or(1, |last| last + 1);
    let mut replicas: Vec<T> = (0..count).map(|_| new()).collect();
    for step in story.split("; ").filter(|step| !step.is_empty()) {
        let words: Vec<&str> = step.split(' ').collect();
        match words[..] {
            ["sync"] => {
                for to in 0..count {
                    for from in (0..count).filter(|from| *from != to) {
                        let [to, from] = replicas.get_disjoint_mut([to, from]).unwrap();
                        to.merge(from);
                    }
                }
            }
            [to, "from", from] => {
                let [to, from] = [to, from].map(|name| named(name).unwrap());
                let [to, from] = replicas.get_disjoint_mut([to, from]).unwrap();
                to.merge(from);
            }
            [who, ref what @ ..] => {
                let who = named(who).unwrap_or_else(|| panic!("`{step}` names no replica"));
                replicas[who].apply(&T::Op::heard(what), Site::of(who as u32)).unwrap();
            }
            [] => {}
        }
    }
    let shown = replicas.iter().zip('a'..).map(|(value, name)| format!("{name} {}", value.view().shown()));
    assert_eq!(shown.collect::<Vec<_>>().join(", "), expected, "{story}");
}

pub(super) fn add_wins_stories<T>()
where
    T: StateBased + Default + DataType<Op = SetOp<String>, View = BTreeSet<String>>,
{
    add_wins_stories_from(T::default);
}

/// The published stories of add-wins sets, and how they end.
pub(super) fn add_wins_stories_from<T>(new: impl Fn() -> T)
where
    T: StateBased + DataType<Op = SetOp<String>, View = BTreeSet<String>>,
{
    let check = |story, expected| check_from(&new, story, expected);
    // Two adds side by side, of which a removal saw one.
    check("a adds milk; b adds milk; c from a; c removes milk; sync", "a {milk}, b {milk}, c {milk}");
    check("a adds milk; b adds milk; sync; c removes milk; sync", "a {}, b {}, c {}");
    // An add beside a removal.
    check("a adds milk; sync; a removes milk; b adds milk; sync", "a {milk}, b {milk}");
    // An add after a removal, and a removal alone.
    check("a adds milk; sync; b removes milk; b adds milk; a removes milk; sync", "a {milk}, b {milk}");
    check("a removes milk; b from a", "a {}, b {}");
    // riak_dt 82: each of two adds is removed by who saw it, while a copy of the first still goes round. A set
    // that merges entries and their dots one after the other shows milk without a dot.
    check(
        "a adds milk; b adds milk; c from a; a removes milk; a from b; b removes milk; b from c; sync",
        "a {}, b {}, c {}",
    );
    check(
        "a adds milk; b adds milk; c from a; a removes milk; a from b; b removes milk; a from b; a from c",
        "a {}, b {}, c {milk}",
    );
}
