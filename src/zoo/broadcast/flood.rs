//! Flooding: whoever sees a post for the first time tells all neighbours but the one it came from, and tells
//! each again until it has said that it heard.
//!
//! What [`Eager`](super::Eager) over [`Retransmit`](super::Retransmit) does, with fewer messages: a neighbour
//! that sends a post has it, so it is neither told it nor waited for. Posts that are sent again to one neighbour
//! share a message, and so do those passed on together. A post is kept until all neighbours have it: one that
//! never comes back lets memory grow, and holds up nobody. The law: an acknowledgement says that a post was
//! taken in, so a receiver's state must be durable before the acknowledgement leaves.

use std::collections::BTreeMap;

use serde::Serialize;

use super::layer::carries;
use super::owed::Owed;
use super::seen::Seen;
use super::{Body, Ground, Layer, Port, Post, Promise, Promises};
use crate::base::{Dot, ReplicaId, Span, TimerId, Update};
use crate::replica::{Carries, Refused};

/// Relaying at first sight, with acknowledgements.
#[derive(Clone, Debug)]
pub struct Flood<B> {
    ground: Ground,
    repeats: bool,
    seen: Seen,
    owed: Owed<B>,
}

/// What travels.
#[derive(Clone, Debug, Serialize)]
pub enum Flooded<B> {
    /// Posts, for the first time or again.
    Posts(Vec<Post<B>>),
    /// These posts were taken in.
    Acknowledged(Vec<Dot>),
}

impl<B: Body> Flood<B> {
    /// One that sends again after each period.
    pub fn on(ground: Ground, period: Span) -> Flood<B> {
        Flood { ground, repeats: false, seen: Seen::all_come(), owed: Owed::each(period) }
    }

    /// The same for those whom repeats do no harm: what comes again is delivered again.
    pub fn with_repeats(self) -> Flood<B> {
        Flood { repeats: true, ..self }
    }

    /// Tells all neighbours but one, and remembers to tell them again.
    fn pass_on<P: Port<Flooded<B>>>(&mut self, posts: &[Post<B>], came_from: Option<ReplicaId>, port: &mut P) {
        if posts.is_empty() {
            return;
        }
        let mut others = Vec::with_capacity(port.neighbours().len());
        others.extend(port.neighbours().iter().filter(|to| Some(*to) != came_from));
        let label = label(posts);
        for to in &others {
            port.send(*to, Flooded::Posts(posts.to_vec()), label.clone());
        }
        for post in posts {
            self.owed.owe(post.clone(), others.clone());
        }
        self.owed.tick(port);
    }
}

fn label<B>(posts: &[Post<B>]) -> Carries {
    carries(posts.iter().filter_map(|post| post.update))
}

impl<B: Body> Layer for Flood<B> {
    type Body = B;
    type Wire = Flooded<B>;

    fn title(&self) -> String {
        let repeats = if self.repeats { " and repeats" } else { "" };
        format!("flooding with acknowledgements{repeats} on {}", self.ground)
    }

    fn promises(&self) -> Promises {
        let passed = self.ground.promises().relayed();
        let once = if self.repeats { Promises::NONE } else { Promises::of(&[Promise::NoDuplicates]) };
        passed.and(once).and(Promises::of(&[Promise::Reliable, Promise::SurvivesSender]))
    }

    fn start<P: Port<Self::Wire>>(&mut self, port: &mut P) {
        self.owed.start(port);
    }

    fn broadcast<P: Port<Self::Wire>>(
        &mut self,
        body: B,
        update: Option<Update>,
        port: &mut P,
        up: &mut Vec<Post<B>>,
    ) -> Dot {
        let dot = self.seen.next(port.identity());
        let post = Post { dot, update, body };
        self.pass_on(std::slice::from_ref(&post), None, port);
        up.push(post);
        dot
    }

    fn message<P: Port<Self::Wire>>(
        &mut self,
        from: ReplicaId,
        wire: &Self::Wire,
        port: &mut P,
        up: &mut Vec<Post<B>>,
    ) {
        match wire {
            Flooded::Posts(posts) => {
                let first = up.len();
                let mut again = Vec::new();
                for post in posts {
                    if self.seen.insert(post.dot) {
                        up.push(post.clone());
                    } else {
                        self.owed.has(from, post.dot);
                        again.extend(self.repeats.then(|| post.clone()));
                    }
                }
                self.pass_on(&up[first..], Some(from), port);
                up.append(&mut again);
                let dots = posts.iter().map(|post| post.dot).collect();
                port.send(from, Flooded::Acknowledged(dots), Carries::Nothing);
            }
            Flooded::Acknowledged(dots) => dots.iter().for_each(|dot| self.owed.has(from, *dot)),
        }
    }

    fn timer<P: Port<Self::Wire>>(&mut self, _timer: TimerId, port: &mut P, _up: &mut Vec<Post<B>>) {
        let mut due: BTreeMap<ReplicaId, Vec<Post<B>>> = BTreeMap::new();
        for (post, to) in self.owed.due() {
            to.iter().for_each(|to| due.entry(*to).or_default().push(post.clone()));
        }
        for (to, posts) in due {
            let label = label(&posts);
            port.send(to, Flooded::Posts(posts), label);
        }
        self.owed.tick(port);
    }

    fn room(&self) -> Result<(), Refused> {
        Ok(())
    }

    fn kept(&self) -> usize {
        self.owed.len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::owed::AGAIN;
    use super::*;
    use crate::zoo::broadcast::testing::Table;

    fn table(members: u32) -> Table<Flood<&'static str>> {
        Table::of(members, || Flood::on(Ground::HOSTILE, Span::millis(10)))
    }

    #[test]
    fn one_that_was_told_is_enough_for_all() {
        let mut table = table(4);
        table.say(0, "milk");
        table.lose(0, 1);
        table.lose(0, 2);
        table.pass_all();
        assert_eq!([0, 1, 2, 3].map(|slot| table.heard(slot)), ["milk"; 4]);
    }

    #[test]
    fn nobody_is_told_by_whom_it_told_and_who_tells_is_not_waited_for() {
        let mut table = table(3);
        table.say(0, "milk");
        assert_eq!(table.mail(), 2);
        table.pass(0, 1);
        assert_eq!(table.mail(), 1 + 2, "passed on to the third, and acknowledged");
        table.lose(1, 0);
        table.lose(0, 2);
        table.pass(1, 2);
        table.pass(2, 0);
        table.tick(0, AGAIN);
        table.tick(0, AGAIN);
        table.lose(0, 2);
        assert_eq!(table.lose(0, 1).len(), 1, "the one whose acknowledgement was lost is told again");
        assert_eq!(table.mail(), 1, "the acknowledgement to the second, and nothing to the third");
    }

    #[test]
    fn a_lost_post_is_sent_again_together_with_others_until_it_is_acknowledged() {
        let mut table = table(2);
        for text in ["milk", "tea"] {
            table.say(0, text);
        }
        table.lose(0, 1);
        table.tick(0, AGAIN);
        assert_eq!(table.mail(), 0, "an acknowledgement may still be under way");
        table.tick(0, AGAIN);
        assert_eq!(table.mail(), 1);
        table.pass_all();
        assert_eq!((table.heard(1).as_str(), table.layer(0).kept()), ("milk tea", 0));
        table.tick(0, AGAIN);
        assert_eq!(table.mail(), 0);
    }

    #[test]
    fn what_comes_again_is_delivered_again_only_where_that_is_asked_for() {
        for (repeats, expected) in [(false, "milk"), (true, "milk milk")] {
            let make = || Flood::on(Ground::HOSTILE, Span::millis(10));
            let mut table = Table::of(2, || if repeats { make().with_repeats() } else { make() });
            table.say(0, "milk");
            table.repeat(0, 1);
            table.pass_all();
            assert_eq!((table.heard(0).as_str(), table.heard(1).as_str()), ("milk", expected));
            assert_eq!(table.layer(0).promises().has(Promise::NoDuplicates), !repeats);
        }
    }
}
