//! What all syncs have in common: requests and their answers, the beat of gossip, and that nothing leaves a
//! replica before what it tells of is safe.
//!
//! A sync is a [`Protocol`]: it keeps a value and whatever it needs to tell others, and reacts to a
//! [`Turn`]. [`Synced`] makes a replica of it. The law: a protocol changes only itself and its turn; posts
//! leave at the end of the turn, after what changed was saved where the replica saves by itself.

use std::fmt::Debug;

use super::news::bytes;
use super::{Ask, Knowledge, Told};
use crate::base::{
    Carries, Digest, Digester, Identity, Observed, Refused, ReplicaId, RequestId, Span, Stamp, TimerId, Update,
    VersionVector,
};
use crate::replica::{Context, DataType, Payload, Proposes, Replica, Seat, Site, Taken};

/// How often a replica turns to others by itself, to how many of them, and who sees to its disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The time between two rounds.
    pub period: Span,
    /// How many neighbours a round reaches, drawn anew each time.
    pub fan_out: u32,
    /// Who sees to it that what was told survives a crash.
    pub saving: Saving,
}

impl Pace {
    /// One neighbour each so often, on a disk that the world writes.
    ///
    /// # Panics
    /// Where the period is no time at all, as then a round would never end.
    pub fn each(period: Span) -> Pace {
        assert!(period > Span::ZERO, "a period of {period}: rounds need some time between them");
        Pace { period, fan_out: 1, saving: Saving::ByWorld }
    }

    /// The same to so many neighbours a round.
    pub fn to(self, fan_out: u32) -> Pace {
        Pace { fan_out, ..self }
    }

    /// The same for a disk that keeps only what the replica saves and syncs.
    pub fn saving_by_itself(self) -> Pace {
        Pace { saving: Saving::ByItself, ..self }
    }
}

/// Who makes a replica's state durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saving {
    /// The world does, at the latest before anything else can be seen of it.
    ByWorld,
    /// The replica does, after each turn that changed it and before any post of that turn leaves.
    ByItself,
}

/// A way to keep replicas of a data type in step. A clone of it is all that a restart needs.
pub trait Protocol: Clone + Debug {
    /// The data type.
    type Value: DataType;
    /// What replicas tell each other.
    type Message: Payload;
    /// What an operation leaves to be told.
    type News;

    /// Whether its replicas, once all know all, exchange digests and nothing else.
    const QUIET: bool = false;

    /// The value as it stands here.
    fn value(&self) -> &Self::Value;

    /// Which updates are in it.
    fn known(&self) -> &Knowledge;

    /// Carries out an operation, or leaves everything as it was.
    fn carry_out(&mut self, op: &<Self::Value as DataType>::Op, site: Site) -> Result<Self::News, Refused>;

    /// Learns what the update is called that was just carried out, and sees to telling it.
    fn accepted(&mut self, news: Self::News, update: Update, turn: &mut Turn<'_, Self::Message>);

    /// Reacts to a message.
    fn message(&mut self, from: ReplicaId, message: &Self::Message, turn: &mut Turn<'_, Self::Message>);

    /// A round begins, in which the replica turns to these neighbours.
    fn round(&mut self, peers: &[ReplicaId], turn: &mut Turn<'_, Self::Message>);

    /// Whether this value and two others keep the laws that their type claims, where this sync counts on some.
    fn laws(&self, _others: [&Self; 2]) -> Option<Result<(), String>> {
        None
    }

    /// What tells this value from those that are not [equal](Turn::find_equal) to it.
    fn content(&self) -> Digest {
        Digest::of_bytes(&bytes(self.value()))
    }

    /// A later life begins, and the disk was empty.
    fn bereft(&mut self, _turn: &mut Turn<'_, Self::Message>) {}

    /// A life begins, the first one or a later one with what was saved or nothing.
    fn start(&mut self, _turn: &mut Turn<'_, Self::Message>) {}
}

/// One event that a protocol reacts to: what it needs to know of its replica, and what it would like to happen.
pub struct Turn<'a, M> {
    place: Place<'a>,
    draw: &'a mut dyn FnMut(u64) -> u64,
    posts: Vec<(ReplicaId, M, Carries)>,
    taken: Vec<Taken>,
    changed: bool,
}

/// What a replica knows of itself.
#[derive(Clone, Copy)]
struct Place<'a> {
    slot: ReplicaId,
    identity: Identity,
    members: u32,
    period: Span,
    neighbours: &'a [ReplicaId],
}

impl<'a, M> Turn<'a, M> {
    fn new(place: Place<'a>, draw: &'a mut dyn FnMut(u64) -> u64, posts: Vec<(ReplicaId, M, Carries)>) -> Turn<'a, M> {
        Turn { place, draw, posts, taken: Vec::new(), changed: false }
    }

    /// The replica's slot.
    pub fn slot(&self) -> ReplicaId {
        self.place.slot
    }

    /// What the replica signs with.
    pub fn identity(&self) -> Identity {
        self.place.identity
    }

    /// How many replicas there are.
    pub fn members(&self) -> u32 {
        self.place.members
    }

    /// The time between two rounds.
    pub fn period(&self) -> Span {
        self.place.period
    }

    /// All replicas that a post can go to, in rising order.
    pub fn neighbours(&self) -> &'a [ReplicaId] {
        self.place.neighbours
    }

    /// A number below `bound`, by chance.
    pub fn draw(&mut self, bound: u64) -> u64 {
        (self.draw)(bound)
    }

    /// Sends a message when the turn is over.
    pub fn post(&mut self, to: ReplicaId, message: M, carries: Carries) {
        self.posts.push((to, message, carries));
    }

    /// Says that there is something new to be saved.
    pub fn changed(&mut self) {
        self.changed = true;
    }

    /// Says that all that rides in the message at hand is now part of the value.
    pub fn incorporate(&mut self) {
        self.taken.push(Taken::InHand);
    }

    /// Says that these updates are now part of the value.
    pub fn incorporate_updates(&mut self, updates: Vec<Update>) {
        if !updates.is_empty() {
            self.taken.push(Taken::Updates(updates));
        }
    }

    /// Says that the value is equal to that of the sender of the message at hand, as it was when it sent it: the
    /// message must have been posted as one that [tells so](Carries::Digest).
    pub fn find_equal(&mut self) {
        self.taken.push(Taken::Equal);
    }

    /// Lets a protocol with messages of its own take the turn, and wraps what it posts.
    pub fn within<N, R>(&mut self, wrap: impl Fn(N) -> M, react: impl FnOnce(&mut Turn<'_, N>) -> R) -> R {
        let mut inner = Turn::new(self.place, &mut *self.draw, Vec::new());
        let result = react(&mut inner);
        let Turn { posts, mut taken, changed, .. } = inner;
        self.posts.extend(posts.into_iter().map(|(to, message, carries)| (to, wrap(message), carries)));
        self.taken.append(&mut taken);
        self.changed |= changed;
        result
    }
}

/// The timer of the rounds.
const ROUND: TimerId = TimerId(0);

/// A replica that a protocol keeps in step with others.
#[derive(Clone, Debug)]
pub struct Synced<P: Protocol> {
    protocol: P,
    pace: Pace,
    neighbours: Vec<ReplicaId>,
    /// Kept from turn to turn for its memory.
    posts: Vec<(ReplicaId, P::Message, Carries)>,
}

impl<P: Protocol> Synced<P> {
    /// A replica before its first life.
    pub fn new(protocol: P, pace: Pace) -> Synced<P> {
        Synced { protocol, pace, neighbours: Vec::new(), posts: Vec::new() }
    }

    /// The same for every seat: what a world makes replicas with.
    pub fn everywhere(protocol: P, pace: Pace) -> impl Fn(Seat) -> Synced<P> {
        move |_| Synced::new(protocol.clone(), pace)
    }

    /// The protocol with all that it keeps.
    pub fn protocol(&self) -> &P {
        &self.protocol
    }

    /// The value as it stands here.
    pub fn value(&self) -> &P::Value {
        self.protocol.value()
    }

    fn turn(&mut self, cx: &mut Context<Self>, react: impl FnOnce(&mut P, &mut Turn<'_, P::Message>)) {
        let place = Place {
            slot: cx.slot(),
            identity: cx.identity(),
            members: cx.members(),
            period: self.pace.period,
            neighbours: &self.neighbours,
        };
        let mut draw = |bound| cx.draw(bound);
        let mut turn = Turn::new(place, &mut draw, std::mem::take(&mut self.posts));
        react(&mut self.protocol, &mut turn);
        let Turn { taken, changed, mut posts, .. } = turn;
        for taken in taken {
            match taken {
                Taken::InHand => cx.incorporate(),
                Taken::Held(receipt) => cx.incorporate_held(receipt),
                Taken::Updates(updates) => cx.incorporate_updates(updates),
                Taken::Equal => cx.find_equal(),
            }
        }
        if changed && self.pace.saving == Saving::ByItself {
            cx.save_all(self.protocol.clone());
            cx.sync();
        }
        for (to, message, carries) in posts.drain(..) {
            cx.send(to, message, carries);
        }
        self.posts = posts;
    }

    fn set_out(&mut self, cx: &mut Context<Self>) {
        self.neighbours = cx.neighbours().iter().collect();
        // A first round at a drawn moment, so that replicas do not all speak at once.
        let after = cx.draw(self.pace.period.0) + 1;
        cx.set_timer(ROUND, Span(after));
    }

    /// The neighbours of a round.
    fn peers(&self, cx: &mut Context<Self>) -> Vec<ReplicaId> {
        let mut peers = self.neighbours.clone();
        let count = peers.len().min(self.pace.fan_out as usize);
        if count < peers.len() {
            for at in 0..count {
                let pick = cx.draw((peers.len() - at) as u64) as usize;
                peers.swap(at, at + pick);
            }
            peers.truncate(count);
        }
        peers
    }
}

impl<P: Protocol> Observed for Synced<P> {
    type Op = Ask<<P::Value as DataType>::Op>;
    type Answer = Told<<P::Value as DataType>::View>;
    type View = <P::Value as DataType>::View;

    fn view(&self) -> Self::View {
        self.value().view()
    }

    fn digest(&self, digester: &mut Digester) {
        self.value().digest(digester);
    }

    fn latest_stamp(&self) -> Option<Stamp> {
        self.value().latest_stamp()
    }

    fn laws(&self, others: [&Self; 2]) -> Option<Result<(), String>> {
        self.protocol.laws(others.map(|other| &other.protocol))
    }

    fn state(&self) -> Option<Digest> {
        Some(Digest::of_bytes(&bytes(self.value())))
    }

    fn content(&self) -> Option<Digest> {
        Some(self.protocol.content())
    }

    fn weight(&self) -> Option<u64> {
        Some(encoded_size(self.value()))
    }

    fn stable(&self) -> Option<VersionVector> {
        self.value().stable()
    }
}

impl<P: Protocol> Proposes for Synced<P> {
    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Self::Op {
        Ask::Do(self.value().propose(pick))
    }

    fn reading() -> Self::Op {
        Ask::Read
    }
}

impl<P: Protocol> Replica for Synced<P> {
    type Message = P::Message;
    type Saved = P;

    fn start(&mut self, cx: &mut Context<Self>) {
        self.set_out(cx);
        self.turn(cx, |protocol, turn| protocol.start(turn));
    }

    fn request(&mut self, request: RequestId, ask: &Self::Op, cx: &mut Context<Self>) {
        let answer = match ask {
            Ask::Read => Told::Shown(self.view()),
            Ask::Do(op) => {
                let site = Site { identity: cx.identity(), now: cx.now() };
                match self.protocol.carry_out(op, site) {
                    Err(refused) => Told::Refused(refused),
                    Ok(news) => {
                        let update = cx.accept(request);
                        self.turn(cx, |protocol, turn| {
                            turn.changed();
                            protocol.accepted(news, update, turn);
                        });
                        Told::Done
                    }
                }
            }
        };
        cx.answer(request, answer);
    }

    fn message(&mut self, from: ReplicaId, message: &P::Message, cx: &mut Context<Self>) {
        self.turn(cx, |protocol, turn| protocol.message(from, message, turn));
    }

    fn timer(&mut self, _: TimerId, cx: &mut Context<Self>) {
        let peers = self.peers(cx);
        self.turn(cx, |protocol, turn| protocol.round(&peers, turn));
        cx.set_timer(ROUND, self.pace.period);
    }

    fn restart(&mut self, saved: &[P], cx: &mut Context<Self>) {
        self.set_out(cx);
        match saved.last() {
            Some(image) => self.protocol = image.clone(),
            None => self.turn(cx, |protocol, turn| protocol.bereft(turn)),
        }
        self.turn(cx, |protocol, turn| protocol.start(turn));
    }

    fn image(&self) -> Option<P> {
        Some(self.protocol.clone())
    }
}

/// How many bytes a value takes on the wire.
pub(super) fn encoded_size<T: serde::Serialize + ?Sized>(value: &T) -> u64 {
    let size = postcard::serialize_with_flavor(value, postcard::ser_flavors::Size::default());
    size.unwrap_or_else(|error| panic!("a message cannot be encoded: {error}")) as u64
}

#[cfg(test)]
mod tests {
    use super::super::bench::Bench;
    use super::super::{FullState, Intervals};
    use super::*;
    use crate::model::set::SetOp;
    use crate::replica::Effect;
    use crate::zoo::set::TwoPhaseSet;

    fn kinds<M, A, D>(effects: &[Effect<M, A, D>]) -> Vec<&'static str> {
        let kind = |effect: &Effect<M, A, D>| match effect {
            Effect::Send { .. } | Effect::Broadcast { .. } => "send",
            Effect::Accept { .. } => "accept",
            Effect::Answer { .. } => "answer",
            Effect::Incorporate(_) | Effect::Keep => "incorporate",
            Effect::SaveAll(_) | Effect::Save(_) => "save",
            Effect::Sync => "sync",
            Effect::SetTimer { .. } | Effect::CancelTimer { .. } => "timer",
        };
        effects.iter().map(kind).collect()
    }

    #[test]
    fn nothing_leaves_before_what_it_tells_of_is_safe() {
        let pace = Pace::each(Span::millis(1)).saving_by_itself();
        let mut bench = Bench::at(2, Intervals::new(TwoPhaseSet::<char>::new()), pace);
        let effects = bench.effects(0, SetOp::Add('a'));
        assert_eq!(kinds(&effects), ["accept", "save", "sync", "answer"]);
        let told = bench.round(0).remove(0).1;
        let effects = bench.arrives(0, 1, &told);
        assert_eq!(kinds(&effects), ["incorporate", "save", "sync", "send"], "the acknowledgement comes last");
    }

    #[test]
    fn what_is_refused_is_no_update_and_is_answered_with_the_reason() {
        let mut bench = Bench::new(2, FullState::new(TwoPhaseSet::<char>::new()));
        let effects = bench.effects(0, SetOp::Remove('a'));
        let [Effect::Answer { answer: Told::Refused(refused), .. }] = &effects[..] else { panic!("{effects:?}") };
        assert!(refused.0.starts_with("'a' is not in the set"), "{refused}");
        assert!(bench.protocol(0).known().is_empty());
    }

    #[test]
    fn a_round_reaches_as_many_different_neighbours_as_it_should() {
        for fan_out in 0..6 {
            let pace = Pace::each(Span::millis(1)).to(fan_out);
            let mut bench = Bench::at(5, FullState::new(TwoPhaseSet::<char>::new()), pace);
            let mut peers: Vec<_> = bench.round(2).into_iter().map(|(to, ..)| to).collect();
            peers.sort_unstable();
            peers.dedup();
            assert_eq!(peers.len(), fan_out.min(4) as usize);
            assert!(!peers.contains(&ReplicaId(2)));
        }
    }
}
