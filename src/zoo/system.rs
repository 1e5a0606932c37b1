//! A system under test: replicas of one kind, what they must show, and which family they are of.
//!
//! All data types that are asked the same operations and show the same kind of view are one family, whatever
//! is inside them; whoever runs systems is called with the family's types ([`Visitor`]) and sees no others.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::sync::{AnyProtocol, Pace, Protocol, Synced};
use super::{Asked, Boxed, Specified, Viewed};
use crate::model::broadcast::Say;
use crate::model::composite::{
    BoardOp, CartOp, IncidentOp, IncidentView, NotesOp, NotesView, ProfileOp, ProfileView, TaskField,
};
use crate::model::counter::{self, BoundedOp, CounterOp};
use crate::model::document::{DocumentOp, Object};
use crate::model::flag::FlagOp;
use crate::model::list::ListOp;
use crate::model::map::{MapOp, RecordOp};
use crate::model::register::{ClientOp, Read, RegisterOp};
use crate::model::rich_text::{Marked, RichTextOp};
use crate::model::set::{self, SetOp};
use crate::model::tree::{Branch, TreeOp};
use crate::model::{Ask, Specification, Told};
use crate::replica::{Proposes, Replica, Seat};

/// Replicas that are asked for operations `O` on one thing and show a view `V` of it.
pub struct System<O: Asked, V: Viewed> {
    /// What they must show.
    pub specification: Specification<O, V>,
    checks: Vec<&'static str>,
    spared: Vec<&'static str>,
    spawn: Spawn<O, V>,
}

type Spawn<O, V> = Rc<dyn Fn(Seat, Pace) -> Boxed<O, V>>;

impl<O: Asked, V: Viewed> Clone for System<O, V> {
    fn clone(&self) -> Self {
        System {
            specification: self.specification.clone(),
            checks: self.checks.clone(),
            spared: self.spared.clone(),
            spawn: self.spawn.clone(),
        }
    }
}

impl<O: Asked, V: Viewed> System<O, V> {
    /// A protocol that keeps a data type in step, which must show what the type says.
    pub fn of<P>(protocol: P) -> System<O, V>
    where
        P: Protocol<Message: 'static, News: 'static> + 'static,
        P::Value: Specified<Op = O, View = V>,
    {
        System::judged_by(protocol.value().specification(), protocol)
    }

    /// A protocol that keeps a data type in step, and what it must show.
    pub fn judged_by<P>(specification: Specification<O, V>, protocol: P) -> System<O, V>
    where
        P: Protocol<Message: 'static, News: 'static> + 'static,
        P::Value: crate::replica::DataType<Op = O, View = V>,
    {
        let protocol = AnyProtocol::new(protocol);
        let system = System::made(specification, move |_, pace| Synced::new(protocol.clone(), pace));
        if P::QUIET { system.held_to("quiet") } else { system }
    }

    /// Any replicas, made one by one, and what they must show.
    pub fn made<R>(specification: Specification<O, V>, make: impl Fn(Seat, Pace) -> R + 'static) -> System<O, V>
    where
        R: Replica<Op = Ask<O>, Answer = Told<V>, View = V> + Proposes + 'static,
        R::Message: 'static,
        R::Saved: 'static,
    {
        let spawn = Rc::new(move |seat, pace| Boxed::new(make(seat, pace)));
        System { specification, checks: Vec::new(), spared: Vec::new(), spawn }
    }

    /// The same, which promises what this check looks for, beyond what all systems promise.
    pub fn held_to(mut self, check: &'static str) -> System<O, V> {
        self.checks.push(check);
        self
    }

    /// The same, which does not promise what this check looks for, though all others do.
    pub fn spared(mut self, check: &'static str) -> System<O, V> {
        self.spared.push(check);
        self
    }

    /// The checks that it is held to, beyond those that all systems are.
    pub fn checks(&self) -> &[&'static str] {
        &self.checks
    }

    /// Whether it is spared a check that all others are held to.
    pub fn is_spared(&self, check: &str) -> bool {
        self.spared.contains(&check)
    }

    /// A replica as it is before its start, or before its restart after a crash.
    pub fn spawn(&self, seat: Seat, pace: Pace) -> Boxed<O, V> {
        (self.spawn)(seat, pace)
    }
}

/// Whoever wants to be called with a system.
pub trait Visitor {
    /// What comes of it.
    type Output;

    /// Called with the types of its family.
    fn visit<O: Asked, V: Viewed>(self, system: System<O, V>) -> Self::Output;
}

macro_rules! families {
    ($($(#[$doc:meta])* $family:ident($op:ty, $view:ty);)*) => {
        /// A system of some family.
        #[derive(Clone)]
        pub enum AnySystem {
            $($(#[$doc])* $family(System<$op, $view>),)*
        }

        impl AnySystem {
            /// The checks that it is held to, beyond those that all systems are.
            pub fn checks(&self) -> &[&'static str] {
                match self {
                    $(AnySystem::$family(system) => system.checks(),)*
                }
            }

            /// Calls a visitor with this system.
            pub fn visit<W: Visitor>(self, visitor: W) -> W::Output {
                match self {
                    $(AnySystem::$family(system) => visitor.visit(system),)*
                }
            }
        }

        $(impl From<System<$op, $view>> for AnySystem {
            fn from(system: System<$op, $view>) -> AnySystem {
                AnySystem::$family(system)
            }
        })*
    };
}

families! {
    /// Counters that only grow.
    GrowingCounter(counter::GrowOp, u64);
    /// Counters that go both ways.
    Counter(CounterOp, i64);
    /// Counters with a bound.
    BoundedCounter(BoundedOp, i64);
    /// Registers with one value or none.
    Register(RegisterOp<String>, Option<String>);
    /// Registers with one number or none.
    NumberRegister(RegisterOp<u64>, Option<u64>);
    /// Registers over an order.
    LatticeRegister(RegisterOp<String>, String);
    /// Registers with siblings.
    Siblings(RegisterOp<String>, BTreeSet<String>);
    /// Registers with siblings, for clients that read before they write.
    ClientSiblings(ClientOp<String>, Read<String>);
    /// Flags.
    Flag(FlagOp, bool);
    /// Sets that only grow.
    GrowingSet(set::GrowOp<String>, BTreeSet<String>);
    /// Sets.
    Set(SetOp<String>, BTreeSet<String>);
    /// Maps to sets.
    SetMap(MapOp<String, SetOp<String>>, BTreeMap<String, BTreeSet<String>>);
    /// Maps to counters.
    CounterMap(MapOp<String, CounterOp>, BTreeMap<String, i64>);
    /// Maps to maps to sets.
    NestedMap(MapOp<String, MapOp<String, SetOp<String>>>, BTreeMap<String, BTreeMap<String, BTreeSet<String>>>);
    /// Records of registers.
    Record(RecordOp<String, String>, BTreeMap<String, String>);
    /// Lists.
    List(ListOp<char>, Vec<char>);
    /// Rich text.
    RichText(RichTextOp<char>, Vec<Marked<char>>);
    /// Trees.
    Tree(TreeOp<char>, Vec<Branch<char>>);
    /// Documents.
    Document(DocumentOp, Object);
    /// Shopping carts.
    Cart(CartOp, BTreeMap<String, i64>);
    /// Task boards.
    Board(BoardOp, BTreeMap<String, BTreeMap<TaskField, String>>);
    /// Shift notes.
    Notes(NotesOp, NotesView);
    /// Incident boards.
    Incident(IncidentOp, IncidentView);
    /// Broadcasts.
    Broadcast(Say<String>, Vec<String>);
    /// User profiles.
    Profile(ProfileOp, ProfileView);
}
