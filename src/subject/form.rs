//! Somebody else's data type, as a hunt takes it: what can be asked, what is shown, and how replicas tell each other.
//!
//! Nothing is asked of its types that a counterexample does not need: no serialization, no registration.

use std::fmt::Debug;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::whole::Whole;
use crate::base::{Canonical, Concern, Dice, Name, Refused, Seed};
use crate::model::{Specification, Told};
use crate::replica::{DataType, Delivery, DeltaBased, OpBased, Replica, Site, StateBased};
use crate::scenario::Operation;
use crate::zoo::System;
use crate::zoo::sync::{FullState, Gossiped, Intervals, Operations};

/// A data type to be hunted: all replicas begin with its default.
pub trait Subject: Clone + Debug + Default + 'static {
    /// What a client can ask for.
    type Op: Clone + Debug + PartialEq + Send + Sync + 'static;
    /// What a client sees: the same wherever the same updates are known.
    type View: Clone + Eq + Debug + Canonical + 'static;
    /// How replicas tell each other: [`ByState`], [`ByDelta`], [`ByOperation`] or [`ByProtocol`].
    type Form: Form<Self>;

    /// An operation worth trying on this value, on few keys, so that operations meet. `pick` gives a number below its
    /// argument, by chance.
    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Self::Op;

    /// What a client looking now sees.
    fn view(&self) -> Self::View;

    /// Reads an operation that was written by its `Debug`, for counterexamples that are replayed from files. Without
    /// it, it is looked for among those that a new value proposes; a counterexample with one that is not found is
    /// replayed from its seed.
    fn read(text: &str) -> Option<Self::Op> {
        sought::<Self>(text)
    }
}

/// How many proposals are looked through for an operation.
const SOUGHT: u32 = 2000;

/// An operation that a new value proposes and that is written so.
fn sought<T: Subject>(text: &str) -> Option<T::Op> {
    let (value, dice) = (T::default(), Dice::new(Seed(0)));
    let proposed = (0..SOUGHT).map(|nth| {
        let mut drawn = 0;
        value.propose(&mut |bound| {
            drawn += 1;
            dice.below(Concern::Replica, Name::label("sought"), nth << 8 | drawn, bound.max(1))
        })
    });
    let mut fitting = proposed.filter(|op| format!("{op:?}") == text);
    fitting.next()
}

/// A subject whose states merge.
pub trait Merges: Subject {
    /// Carries out an operation where it was asked for; refusing it leaves the value as it was.
    fn apply(&mut self, op: &Self::Op, site: Site) -> Result<(), Refused>;

    /// Takes in all that another state knows.
    fn merge(&mut self, other: &Self);
}

/// A subject that tells its changes as small states.
pub trait Joins: Merges {
    /// A part of a state. Deltas join with one another.
    type Delta: Clone + Debug + 'static;

    /// Whether a delta also says what earlier ones of the same slot said, as a count does.
    const SUMS: bool = false;

    /// Carries out an operation where it was asked for, and tells what changed.
    fn mutate(&mut self, op: &Self::Op, site: Site) -> Result<Self::Delta, Refused>;

    /// Takes in a delta; also one that came before, or that others have overtaken.
    fn join(&mut self, delta: &Self::Delta);

    /// Makes one delta of two.
    fn combine(into: &mut Self::Delta, other: &Self::Delta);

    /// The whole state as a delta.
    fn whole(&self) -> Self::Delta;
}

/// A subject whose operations become effects, and the effects travel.
pub trait Effects: Subject {
    /// What travels.
    type Effect: Clone + Debug + 'static;

    /// What effects count on: this much order is kept for them, and no more.
    const DELIVERY: Delivery;

    /// Works out at the source what an operation does everywhere, there too.
    fn prepare(&self, op: &Self::Op, site: Site) -> Result<Self::Effect, Refused>;

    /// Carries out what was prepared, here or elsewhere.
    fn effect(&mut self, effect: &Self::Effect);
}

/// How replicas of a subject tell each other.
pub trait Form<T: Subject> {
    /// Replicas of it, and what they must show.
    fn system(specification: Specification<OpOf<T>, T::View>) -> System<OpOf<T>, T::View>;
}

/// By whole states that merge, sent to neighbours now and then.
#[derive(Clone, Copy, Debug)]
pub struct ByState;

/// By deltas, collected into intervals that are acknowledged.
#[derive(Clone, Copy, Debug)]
pub struct ByDelta;

/// By operations, in the order and as often as they count on.
#[derive(Clone, Copy, Debug)]
pub struct ByOperation;

/// By a protocol of its own: the subject is a whole [`Replica`], which is asked for the subject's operations, shows its
/// view, and answers with [`Told`].
#[derive(Clone, Copy, Debug)]
pub struct ByProtocol;

impl<T: Merges> Form<T> for ByState {
    fn system(specification: Specification<OpOf<T>, T::View>) -> System<OpOf<T>, T::View> {
        System::judged_by(specification, FullState::new(Guest(T::default())))
    }
}

impl<T: Joins> Form<T> for ByDelta {
    fn system(specification: Specification<OpOf<T>, T::View>) -> System<OpOf<T>, T::View> {
        System::judged_by(specification, Intervals::new(Guest(T::default())))
    }
}

impl<T: Effects> Form<T> for ByOperation {
    fn system(specification: Specification<OpOf<T>, T::View>) -> System<OpOf<T>, T::View> {
        System::judged_by(specification, Operations::new(Guest(T::default())))
    }
}

impl<T> Form<T> for ByProtocol
where
    T: Subject,
    T: Replica<Op = <T as Subject>::Op, View = <T as Subject>::View, Answer = Told<<T as Subject>::View>>,
    T::Message: 'static,
    T::Saved: 'static,
{
    fn system(specification: Specification<OpOf<T>, <T as Subject>::View>) -> System<OpOf<T>, <T as Subject>::View> {
        System::made(specification, |_, _| Whole::<T>::default())
    }
}

/// An operation of a subject. It stands for the operation itself.
pub struct OpOf<T: Subject>(pub T::Op, PhantomData<fn() -> T>);

impl<T: Subject> OpOf<T> {
    /// This operation, as a protocol of one's own proposes one.
    pub fn new(op: T::Op) -> OpOf<T> {
        OpOf(op, PhantomData)
    }
}

impl<T: Subject> Deref for OpOf<T> {
    type Target = T::Op;

    fn deref(&self) -> &T::Op {
        &self.0
    }
}

impl<T: Subject> Clone for OpOf<T> {
    fn clone(&self) -> OpOf<T> {
        OpOf::new(self.0.clone())
    }
}

impl<T: Subject> PartialEq for OpOf<T> {
    fn eq(&self, other: &OpOf<T>) -> bool {
        self.0 == other.0
    }
}

impl<T: Subject> Debug for OpOf<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// As its `Debug` has it; in quotes, where a scenario could not hold it otherwise.
impl<T: Subject> Serialize for OpOf<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = format!("{:?}", self.0);
        if !serializer.is_human_readable() {
            return text.serialize(serializer);
        }
        let fits = ron::value::RawValue::from_ron(&text).is_ok();
        Operation::from_text(if fits { text } else { format!("{text:?}") }).serialize(serializer)
    }
}

impl<'de, T: Subject> Deserialize<'de> for OpOf<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<OpOf<T>, D::Error> {
        let operation = Operation::deserialize(deserializer)?;
        let quoted = || T::read(&ron::from_str::<String>(operation.text()).ok()?);
        let op = T::read(operation.text()).or_else(quoted);
        let op = op.ok_or_else(|| D::Error::custom("this is no operation of the type under test"))?;
        Ok(OpOf::new(op))
    }
}

/// Somebody else's value, as the syncs take one.
#[derive(Clone, Debug)]
struct Guest<T>(T);

/// What travels or is kept, with its size told by its `Debug`.
macro_rules! told_by_debug {
    ($($name:ident<$value:ident: $bound:path> = $told:ty;)*) => {$(
        impl<$value: $bound> Serialize for $name<$told> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                format!("{:?}", self.0).serialize(serializer)
            }
        }

        impl<'de, $value: $bound> Deserialize<'de> for $name<$told> {
            fn deserialize<Z: Deserializer<'de>>(_: Z) -> Result<Self, Z::Error> {
                Err(Z::Error::custom("a value of this type is not read back"))
            }
        }
    )*};
}

/// A delta or an effect of somebody else's.
#[derive(Clone, Debug)]
struct Travelling<D>(D);

told_by_debug! {
    Guest<T: Subject> = T;
    Travelling<D: Debug> = D;
}

impl<T: Subject> DataType for Guest<T> {
    type Op = OpOf<T>;
    type View = T::View;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> OpOf<T> {
        OpOf::new(self.0.propose(pick))
    }

    fn view(&self) -> T::View {
        self.0.view()
    }
}

impl<T: Merges> StateBased for Guest<T> {
    fn apply(&mut self, op: &OpOf<T>, site: Site) -> Result<(), Refused> {
        self.0.apply(op, site)
    }

    fn merge(&mut self, other: &Guest<T>) {
        self.0.merge(&other.0);
    }
}

impl<T: Joins> DeltaBased for Guest<T> {
    type Delta = Travelling<T::Delta>;

    fn mutate(&mut self, op: &OpOf<T>, site: Site) -> Result<Travelling<T::Delta>, Refused> {
        self.0.mutate(op, site).map(Travelling)
    }

    fn join(&mut self, delta: &Travelling<T::Delta>) {
        self.0.join(&delta.0);
    }

    fn combine(into: &mut Travelling<T::Delta>, other: &Travelling<T::Delta>) {
        T::combine(&mut into.0, &other.0);
    }

    fn whole(&self) -> Travelling<T::Delta> {
        Travelling(self.0.whole())
    }
}

impl<T: Joins> Gossiped for Guest<T> {
    const SUMS: bool = T::SUMS;
}

impl<T: Effects> OpBased for Guest<T> {
    type Effect = Travelling<T::Effect>;

    const DELIVERY: Delivery = T::DELIVERY;

    fn prepare(&self, op: &OpOf<T>, site: Site) -> Result<Travelling<T::Effect>, Refused> {
        self.0.prepare(op, site).map(Travelling)
    }

    fn effect(&mut self, effect: &Travelling<T::Effect>) {
        self.0.effect(&effect.0);
    }
}
