//! Operation broadcast: each operation's effect travels to everybody over a stack of [broadcast
//! layers](crate::zoo::broadcast), and takes effect where the stack delivers it.
//!
//! After *A Comprehensive Study of Convergent and Commutative Replicated Data Types* (2011), section 2.2.2.
//! What [`T::DELIVERY`](OpBased::DELIVERY) counts on, the stack must promise; one that does not is refused.
//! The [`Standard`] stack promises just that: it delivers repeats again where they do no harm. An update is
//! known where its effect took place, not where it waits.
//!
//! Layers tick with the rounds of the sync: a timer fires in the first round that begins when its time is up,
//! counted in whole rounds. Whatever leaves a replica or takes effect there is part of what is saved before.
//!
//! Not promised: that a replica which comes back with an empty disk learns what it knew. That needs a state,
//! or a log that is never cut, as in [`Fetch`](super::Fetch).

use std::collections::{BTreeMap, BTreeSet};

use super::{Knowledge, Protocol, Turn};
use crate::base::{Dot, Identity, Neighbours, ReplicaId, Span, TimerId, Update};
use crate::replica::{Carries, DataType, Delivery, OpBased, Refused, Site};
use crate::zoo::broadcast::{
    Body, Causal, Either, Flood, Ground, Layer, Misfit, Packet, Port, Post, Promise, Promises, Stamped,
};

/// Flooding, and causal order on top of it where effects count on that.
pub type Standard<B> = Either<Flood<B>, Causal<B, Flood<Stamped<B>>>>;

/// Broadcasts operations over a stack of layers.
#[derive(Clone, Debug)]
pub struct Operations<T: OpBased, L: Layer<Body = T::Effect> = Standard<<T as OpBased>::Effect>> {
    value: T,
    known: Knowledge,
    stack: L,
    /// Own posts that the stack still has to deliver here. They took effect when they were said.
    said: BTreeSet<Dot>,
    /// How many rounds each timer of the stack waits.
    timers: BTreeMap<TimerId, u64>,
}

impl<T: OpBased> Operations<T> {
    /// From a value that all replicas begin with, over links that may do everything wrong.
    pub fn new(value: T) -> Operations<T> {
        let stack = standard(T::DELIVERY);
        Operations::over(value, stack).unwrap_or_else(|misfit| panic!("the standard stack falls: {misfit}"))
    }
}

impl<T: OpBased, L: Layer<Body = T::Effect>> Operations<T, L> {
    /// From a value that all replicas begin with, over a stack that promises what its effects count on.
    pub fn over(value: T, stack: L) -> Result<Operations<T, L>, Misfit> {
        let (who, needs) = needs(T::DELIVERY);
        stack.carry(who, needs)?;
        Ok(Operations { value, known: Knowledge::new(), stack, said: BTreeSet::new(), timers: BTreeMap::new() })
    }

    /// What brings the effects to everybody.
    pub fn stack(&self) -> &L {
        &self.stack
    }

    /// Lets the stack react, and takes in what it delivers.
    fn react(
        &mut self,
        turn: &mut Turn<'_, Packet<L::Wire>>,
        call: impl FnOnce(&mut L, &mut Beat<'_, '_, L::Wire>, &mut Vec<Post<T::Effect>>),
    ) {
        let mut up = Vec::new();
        call(&mut self.stack, &mut Beat { turn, timers: &mut self.timers }, &mut up);
        self.take(&up, turn);
    }

    fn take(&mut self, delivered: &[Post<T::Effect>], turn: &mut Turn<'_, Packet<L::Wire>>) {
        let mut updates = Vec::new();
        for post in delivered {
            if !self.said.remove(&post.dot) {
                self.value.effect(&post.body);
                updates.extend(post.update);
                turn.changed();
            }
        }
        self.known.extend(&updates);
        turn.incorporate_updates(updates);
    }
}

/// What effects that count on this need of a broadcast, and what that is called. Where a source dies half way
/// through its sending, what some replicas then have must still come to all: else they stay apart.
fn needs(delivery: Delivery) -> (&'static str, Promises) {
    let reliable = Promises::of(&[Promise::Reliable, Promise::SurvivesSender]);
    let causal = reliable.and(Promises::of(&[Promise::Causal]));
    let once = Promises::of(&[Promise::NoDuplicates]);
    match delivery {
        Delivery::AnyRepeated => ("operation broadcast in any order", reliable),
        Delivery::AnyOnce => ("operation broadcast in any order, each once", reliable.and(once)),
        Delivery::CausalRepeated => ("operation broadcast in causal order", causal),
        Delivery::CausalOnce => ("operation broadcast in causal order, each once", causal.and(once)),
    }
}

/// The stack that promises this and no more.
fn standard<B: Body>(delivery: Delivery) -> Standard<B> {
    fn flood<B: Body>(once: bool) -> Flood<B> {
        let flood = Flood::on(Ground::HOSTILE.sparse(), EACH_ROUND);
        if once { flood } else { flood.with_repeats() }
    }
    let once = delivery.once();
    if !delivery.causal() {
        return Either::One(flood(once));
    }
    let causal = Causal::over(flood(once)).expect("flooding is reliable and survives its sender");
    Either::Other(if once { causal } else { causal.with_repeats() })
}

/// The shortest period there is: a layer with this one ticks in each round.
const EACH_ROUND: Span = Span(1);

/// The port of a stack that ticks with the rounds of a sync.
struct Beat<'t, 'a, W> {
    turn: &'t mut Turn<'a, Packet<W>>,
    timers: &'t mut BTreeMap<TimerId, u64>,
}

impl<W: Clone> Port<W> for Beat<'_, '_, W> {
    fn slot(&self) -> ReplicaId {
        self.turn.slot()
    }

    fn identity(&self) -> Identity {
        self.turn.identity()
    }

    fn members(&self) -> u32 {
        self.turn.members()
    }

    fn neighbours(&self) -> Neighbours<'_> {
        Neighbours::listed(self.turn.neighbours())
    }

    fn draw(&mut self, bound: u64) -> u64 {
        self.turn.draw(bound)
    }

    fn send(&mut self, to: ReplicaId, wire: W, carries: Carries) {
        self.turn.changed();
        self.turn.post(to, Packet(wire), carries);
    }

    fn send_all(&mut self, wire: W, carries: Carries) {
        for to in self.turn.neighbours() {
            self.send(*to, wire.clone(), carries.clone());
        }
    }

    fn set_timer(&mut self, timer: TimerId, after: Span) {
        let rounds = after.0.div_ceil(self.turn.period().0).max(1);
        self.timers.insert(timer, rounds);
    }
}

impl<T: OpBased, L: Layer<Body = T::Effect>> Protocol for Operations<T, L> {
    type Value = T;
    type Message = Packet<L::Wire>;
    type News = T::Effect;

    fn value(&self) -> &T {
        &self.value
    }

    fn known(&self) -> &Knowledge {
        &self.known
    }

    fn carry_out(&mut self, op: &<T as DataType>::Op, site: Site) -> Result<T::Effect, Refused> {
        self.stack.room()?;
        let effect = self.value.prepare(op, site)?;
        self.value.effect(&effect);
        Ok(effect)
    }

    fn accepted(&mut self, effect: T::Effect, update: Update, turn: &mut Turn<'_, Self::Message>) {
        self.known.insert(update);
        let mut up = Vec::new();
        let mut beat = Beat { turn, timers: &mut self.timers };
        let dot = self.stack.broadcast(effect, Some(update), &mut beat, &mut up);
        self.said.insert(dot);
        self.take(&up, turn);
    }

    fn message(&mut self, from: ReplicaId, Packet(wire): &Self::Message, turn: &mut Turn<'_, Self::Message>) {
        self.react(turn, |stack, beat, up| stack.message(from, wire, beat, up));
    }

    fn round(&mut self, _: &[ReplicaId], turn: &mut Turn<'_, Self::Message>) {
        let mut due = Vec::new();
        self.timers.retain(|timer, rounds| {
            *rounds -= 1;
            if *rounds == 0 {
                due.push(*timer);
            }
            *rounds > 0
        });
        for timer in due {
            self.react(turn, |stack, beat, up| stack.timer(timer, beat, up));
        }
    }

    fn start(&mut self, turn: &mut Turn<'_, Self::Message>) {
        self.timers.clear();
        self.react(turn, |stack, beat, _| stack.start(beat));
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::Bench;
    use super::super::{Pace, Saving};
    use super::*;
    use crate::model::counter::CounterOp;
    use crate::model::list::ListOp;
    use crate::replica::Effect;
    use crate::zoo::broadcast::{BestEffort, Eager, Fifo, Gossip, Mode, Retransmit, Sequenced};
    use crate::zoo::counter::PnCounter;
    use crate::zoo::register::MaxRegister;
    use crate::zoo::set::OrSet;
    use crate::zoo::text::rga::Rga;

    type Counting = <PnCounter as OpBased>::Effect;

    const PERIOD: Span = Span::millis(1);

    fn relayed<B: Body>(period: Span, room: u32) -> Eager<B, Retransmit<Post<B>>> {
        Eager::over(Retransmit::on(Ground::HOSTILE, period, room)).expect("retransmission reaches all neighbours")
    }

    #[test]
    fn the_standard_stack_promises_what_is_needed_and_spares_those_whom_repeats_harm() {
        for delivery in [Delivery::AnyRepeated, Delivery::AnyOnce, Delivery::CausalRepeated, Delivery::CausalOnce] {
            let promises = standard::<u8>(delivery).promises();
            assert_eq!(needs(delivery).1.without(promises), Promises::NONE, "{delivery:?}");
            assert_eq!(promises.has(Promise::Causal), delivery.causal(), "{delivery:?}");
            assert_eq!(promises.has(Promise::NoDuplicates), delivery.once(), "{delivery:?}");
        }
    }

    #[track_caller]
    fn falls<T: OpBased, L: Layer<Body = T::Effect>>(stands: Result<Operations<T, L>, Misfit>, why: &str) {
        assert_eq!(stands.expect_err("it lacks something").to_string(), why);
    }

    #[test]
    fn a_stack_that_lacks_what_effects_count_on_is_refused_by_name_and_with_the_reason() {
        let gossip = Gossip::on(Ground::HOSTILE, Mode::Push, 1, PERIOD);
        falls(
            Operations::over(OrSet::<char>::new(), gossip),
            "operation broadcast in causal order, each once cannot stand on gossip by push on links that lose, repeat \
             and reorder: it needs that one sender's messages are delivered in the order of sending, and that what a \
             sender had delivered is delivered before what it says; put causal order below it",
        );
        falls(
            Operations::over(PnCounter::new(), Flood::on(Ground::HOSTILE, PERIOD).with_repeats()),
            "operation broadcast in any order, each once cannot stand on flooding with acknowledgements and repeats on \
             links that lose, repeat and reorder: it needs that nothing is delivered twice; put suppression of \
             duplicates below it",
        );
        falls(
            Operations::over(MaxRegister::<u64>::new(), Retransmit::on(Ground::HOSTILE, PERIOD, 8)),
            "operation broadcast in any order cannot stand on retransmission on links that lose, repeat and reorder: it \
             needs that what one replica delivers all deliver, also where the sender died half way; put eager relaying, \
             gossip or a push tree below it",
        );
        let fifo = Fifo::over(relayed(PERIOD, 8)).expect("it is reliable");
        let misfit = Operations::over(Rga::<char>::new(), fifo).expect_err("it lacks something");
        assert_eq!(misfit.who, "operation broadcast in causal order");
        assert!(misfit.lacks.has(Promise::Causal) && !misfit.lacks.has(Promise::Fifo));
        assert!(Operations::over(Rga::<char>::new(), Causal::over(relayed(PERIOD, 8)).expect("it relays")).is_ok());
    }

    #[test]
    fn an_effect_is_told_at_once_and_again_in_each_round_until_it_is_acknowledged() {
        let mut bench = Bench::new(3, Operations::new(PnCounter::new()));
        let told = bench.ask(0, CounterOp::Increment(3));
        assert_eq!(told.len(), 2);
        assert_eq!(bench.round(0).len(), 0, "an answer may still be under way");
        assert_eq!([bench.round(0).len(), bench.round(0).len()], [2, 2]);
        bench.settle(0, told);
        assert_eq!([0, 1, 2].map(|slot| bench.view(slot)), [3; 3]);
        assert_eq!((bench.round(0).len(), bench.protocol(0).stack().kept()), (0, 0));
    }

    #[test]
    fn an_element_that_comes_before_its_neighbour_is_safe_but_not_known() {
        let mut bench = Bench::new(2, Operations::new(Rga::<char>::new()));
        let first = bench.ask(0, ListOp::Insert(0, 'a'));
        let second = bench.ask(0, ListOp::Insert(1, 'b'));
        let answers = bench.hand(0, 1, &second[0].1);
        assert!(matches!(answers[..], [(_, _, Carries::Nothing)]), "it is acknowledged: {answers:?}");
        assert_eq!((bench.view(1), bench.protocol(1).known().len()), (vec![], 0));
        bench.settle(0, first);
        assert_eq!((bench.view(1), bench.protocol(1).known().len()), (vec!['a', 'b'], 2));
    }

    #[test]
    fn what_leaves_or_takes_effect_is_saved_before() {
        let pace = Pace::each(PERIOD).saving_by_itself();
        assert_eq!(pace.saving, Saving::ByItself);
        let mut bench = Bench::at(2, Operations::new(PnCounter::new()), pace);
        let saved_first = |effects: &[Effect<_, _, _>]| {
            let sync = effects.iter().position(|effect| matches!(effect, Effect::Sync));
            let send = effects.iter().position(|effect| matches!(effect, Effect::Send { .. }));
            assert!(sync.is_some() && sync < send, "{sync:?} and {send:?}");
        };
        let told = bench.effects(0, CounterOp::Increment(1));
        saved_first(&told);
        let Some(Effect::Send { message, .. }) = told.iter().find(|effect| matches!(effect, Effect::Send { .. }))
        else {
            panic!("it is told")
        };
        saved_first(&bench.arrives(0, 1, message));
    }

    #[test]
    fn a_timer_of_a_layer_waits_for_as_many_rounds_as_its_time_takes() {
        let stack = relayed::<Counting>(Span::micros(2_500), 8);
        let mut bench = Bench::new(2, Operations::over(PnCounter::new(), stack).expect("it fits"));
        bench.ask(0, CounterOp::Increment(1));
        let told: Vec<usize> = (0..9).map(|_| bench.round(0).len()).collect();
        assert_eq!(told, [0, 0, 0, 0, 0, 1, 0, 0, 1], "rounds are a millisecond apart");
    }

    #[test]
    fn where_the_stack_has_no_room_an_operation_is_refused_and_changes_nothing() {
        let stack = relayed::<Counting>(PERIOD, 1);
        let mut bench = Bench::new(2, Operations::over(PnCounter::new(), stack).expect("it fits"));
        bench.ask(0, CounterOp::Increment(1));
        bench.ask(0, CounterOp::Increment(1));
        assert_eq!((bench.view(0), bench.protocol(0).known().len()), (1, 1));
    }

    #[test]
    fn an_own_operation_counts_at_once_and_not_again_when_it_gets_its_place_in_the_order() {
        let stack = Sequenced::over(BestEffort::on(Ground::HOSTILE), ReplicaId(0), PERIOD, 8).expect("a mesh");
        let mut bench = Bench::new(2, Operations::over(PnCounter::new(), stack).expect("it fits"));
        let told = bench.ask(1, CounterOp::Increment(2));
        assert_eq!((bench.view(1), bench.protocol(1).said.len()), (2, 1));
        bench.settle(1, told);
        assert_eq!((bench.view(0), bench.view(1), bench.protocol(1).said.len()), (2, 2, 0));
    }
}
