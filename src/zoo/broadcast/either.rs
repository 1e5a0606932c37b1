//! One of two stacks, chosen when it is made: for those whose needs are known only as values.
//!
//! It adds nothing: what it promises is what the chosen one does. The law: all replicas choose the same. So
//! which one it is need not travel, and it is no byte of a message.

use serde::Serialize;

use super::{Body, Layer, Lower, Port, Post, Promises};
use crate::base::{Dot, ReplicaId, TimerId, Update, VersionVector};
use crate::replica::Refused;

/// One stack or the other.
#[derive(Clone, Debug)]
pub enum Either<L, M> {
    /// The one.
    One(L),
    /// The other.
    Other(M),
}

/// A message of one stack or the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum EitherWire<V, W> {
    /// Of the one.
    One(V),
    /// Of the other.
    Other(W),
}

/// Calls the chosen stack, with a port for its own messages.
macro_rules! chosen {
    ($self:expr, $port:expr, |$layer:ident, $lower:ident| $call:expr) => {
        match $self {
            Either::One($layer) => {
                let $lower = &mut Lower::new($port, 0, EitherWire::One);
                $call
            }
            Either::Other($layer) => {
                let $lower = &mut Lower::new($port, 0, EitherWire::Other);
                $call
            }
        }
    };
    ($self:expr, |$layer:ident| $call:expr) => {
        match $self {
            Either::One($layer) => $call,
            Either::Other($layer) => $call,
        }
    };
}

impl<B: Body, L: Layer<Body = B>, M: Layer<Body = B>> Layer for Either<L, M> {
    type Body = B;
    type Wire = EitherWire<L::Wire, M::Wire>;

    fn title(&self) -> String {
        chosen!(self, |layer| layer.title())
    }

    fn promises(&self) -> Promises {
        chosen!(self, |layer| layer.promises())
    }

    fn start<P: Port<Self::Wire>>(&mut self, port: &mut P) {
        chosen!(self, port, |layer, lower| layer.start(lower));
    }

    fn broadcast<P: Port<Self::Wire>>(
        &mut self,
        body: B,
        update: Option<Update>,
        port: &mut P,
        up: &mut Vec<Post<B>>,
    ) -> Dot {
        chosen!(self, port, |layer, lower| layer.broadcast(body, update, lower, up))
    }

    fn message<P: Port<Self::Wire>>(
        &mut self,
        from: ReplicaId,
        wire: &Self::Wire,
        port: &mut P,
        up: &mut Vec<Post<B>>,
    ) {
        match (self, wire) {
            (Either::One(layer), EitherWire::One(wire)) => {
                layer.message(from, wire, &mut Lower::new(port, 0, EitherWire::One), up);
            }
            (Either::Other(layer), EitherWire::Other(wire)) => {
                layer.message(from, wire, &mut Lower::new(port, 0, EitherWire::Other), up);
            }
            (chosen, wire) => panic!("{from} sent {wire:?}, which is no message of {}", chosen.title()),
        }
    }

    fn timer<P: Port<Self::Wire>>(&mut self, timer: TimerId, port: &mut P, up: &mut Vec<Post<B>>) {
        chosen!(self, port, |layer, lower| layer.timer(timer, lower, up));
    }

    fn room(&self) -> Result<(), Refused> {
        chosen!(self, |layer| layer.room())
    }

    fn stable(&self) -> Option<&VersionVector> {
        chosen!(self, |layer| layer.stable())
    }

    fn kept(&self) -> usize {
        chosen!(self, |layer| layer.kept())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zoo::broadcast::testing::Table;
    use crate::zoo::broadcast::{BestEffort, Fifo, Ground};

    type Stack = Either<BestEffort<&'static str>, Fifo<BestEffort<&'static str>>>;

    #[test]
    fn the_chosen_one_does_what_it_does_alone() {
        let below = || BestEffort::on(Ground::PERFECT);
        for (fifo, expected) in [(false, "two one"), (true, "one two")] {
            let make = || if fifo { Either::Other(Fifo::over(below()).unwrap()) } else { Either::One(below()) };
            let mut table: Table<Stack> = Table::of(2, make);
            table.say(0, "one");
            let late = table.lose(0, 1);
            table.say(0, "two");
            table.pass_all();
            table.arrive(0, 1, &late[0]);
            assert_eq!((table.heard(1).as_str(), table.layer(1).kept()), (expected, 0));
        }
    }

    #[test]
    fn which_one_it_is_does_not_travel() {
        let size = |wire: &EitherWire<u8, u8>| postcard::to_allocvec(wire).expect("it can be encoded").len();
        assert_eq!(size(&EitherWire::Other(7)), 1);
    }
}
