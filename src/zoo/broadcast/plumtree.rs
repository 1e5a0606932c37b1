//! A lazy push tree: bodies along the branches of a tree, mere names along all other links.
//!
//! At first every link is a branch. Whoever gets a post a second time prunes the link it came by, and a
//! spanning tree is left. Over the other links posts are announced, a period's worth at a time; an
//! announced post that does not come is asked for, and the link it was asked over becomes a branch again:
//! so the tree repairs itself. After *Epidemic Broadcast Trees* (2007), without its optional search for
//! shorter branches. The paper stands on links that do not lose. Here each replica also tells a neighbour
//! by chance all that it holds, once a period, so that a lost announcement, or a lost post on a link
//! without another way around, is noticed. A replica's links are its overlay: a sparse topology suits it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::Serialize;

use super::held::Held;
use super::{Body, Ground, Layer, Port, Post, Promise, Promises};
use crate::base::{CausalContext, Dot, ReplicaId, Span, TimerId, Update};
use crate::replica::{Carries, Refused};

/// The one timer: time to announce, and to ask for what did not come.
const TICK: TimerId = TimerId(0);
/// How many periods an announced post may take before it is asked for.
const PATIENCE: u32 = 2;

/// A tree of branches, and lazy links beside it.
#[derive(Clone, Debug)]
pub struct Plumtree<B> {
    ground: Ground,
    period: Span,
    held: Held<B>,
    /// The neighbours that get names; all others get bodies.
    lazy: BTreeSet<ReplicaId>,
    /// What came since the last tick, to be announced.
    news: Vec<Dot>,
    missing: BTreeMap<Dot, Missing>,
}

/// A post that others hold and that did not come.
#[derive(Clone, Debug, Default)]
struct Missing {
    /// Who has it; the first is asked next.
    announced_by: VecDeque<ReplicaId>,
    /// How many periods have passed since.
    waited: u32,
}

/// What travels.
#[derive(Clone, Debug, Serialize)]
pub enum Plumtreed<B> {
    /// A post, along a branch or because it was asked for.
    Post(Post<B>),
    /// The sender has these; the paper's IHAVE.
    Announce(Vec<Dot>),
    /// The sender has all these: the same, against losses.
    Holds(CausalContext),
    /// The sender lacks these, and wants this link as a branch.
    Graft(Vec<Dot>),
    /// The sender has another branch.
    Prune,
}

impl<B: Body> Plumtree<B> {
    /// One that announces, and asks for what it misses, once a period.
    pub fn on(ground: Ground, period: Span) -> Plumtree<B> {
        let (lazy, news, missing) = (BTreeSet::new(), Vec::new(), BTreeMap::new());
        Plumtree { ground, period, held: Held::new(), lazy, news, missing }
    }

    /// How many of its neighbours are reached lazily.
    pub fn lazy_links(&self) -> usize {
        self.lazy.len()
    }

    /// Sends a new post along the branches, and remembers to announce it elsewhere.
    fn push<P: Port<Plumtreed<B>>>(&mut self, post: &Post<B>, came_from: Option<ReplicaId>, port: &mut P) {
        let branches: Vec<ReplicaId> =
            port.neighbours().iter().filter(|to| Some(*to) != came_from && !self.lazy.contains(to)).collect();
        for to in branches {
            port.send(to, Plumtreed::Post(post.clone()), post.carries());
        }
        self.news.push(post.dot);
    }

    /// Somebody has this post.
    fn heard_of(&mut self, dot: Dot, from: ReplicaId) {
        if !self.held.context().covers(dot) {
            let missing = self.missing.entry(dot).or_default();
            if !missing.announced_by.contains(&from) {
                missing.announced_by.push_back(from);
            }
        }
    }

    /// Asks for what was announced long enough ago, each time somebody else.
    fn graft<P: Port<Plumtreed<B>>>(&mut self, port: &mut P) {
        let mut asked: BTreeMap<ReplicaId, Vec<Dot>> = BTreeMap::new();
        for (dot, missing) in &mut self.missing {
            missing.waited += 1;
            if missing.waited >= PATIENCE
                && let Some(whom) = missing.announced_by.front().copied()
            {
                asked.entry(whom).or_default().push(*dot);
                missing.announced_by.rotate_left(1);
            }
        }
        for (whom, dots) in asked {
            self.lazy.remove(&whom);
            port.send(whom, Plumtreed::Graft(dots), Carries::Nothing);
        }
    }

    fn announce<P: Port<Plumtreed<B>>>(&mut self, port: &mut P) {
        let news = std::mem::take(&mut self.news);
        if !news.is_empty() {
            for to in &self.lazy {
                port.send(*to, Plumtreed::Announce(news.clone()), Carries::Nothing);
            }
        }
        if !self.held.context().is_empty() {
            for to in port.some_neighbours(1) {
                port.send(to, Plumtreed::Holds(self.held.context().clone()), Carries::Nothing);
            }
        }
    }
}

impl<B: Body> Layer for Plumtree<B> {
    type Body = B;
    type Wire = Plumtreed<B>;

    fn title(&self) -> String {
        format!("a push tree on {}", self.ground)
    }

    fn promises(&self) -> Promises {
        let passed = self.ground.promises().relayed();
        passed.and(Promises::of(&[Promise::Reliable, Promise::SurvivesSender, Promise::NoDuplicates]))
    }

    fn start<P: Port<Self::Wire>>(&mut self, port: &mut P) {
        port.set_out(TICK, self.period);
    }

    fn broadcast<P: Port<Self::Wire>>(
        &mut self,
        body: B,
        update: Option<Update>,
        port: &mut P,
        up: &mut Vec<Post<B>>,
    ) -> Dot {
        let dot = self.held.next(port.identity());
        let post = Post { dot, update, body };
        self.held.keep(post.clone());
        self.push(&post, None, port);
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
            Plumtreed::Post(post) if self.held.take(post) => {
                self.missing.remove(&post.dot);
                self.lazy.remove(&from);
                self.push(post, Some(from), port);
                up.push(post.clone());
            }
            Plumtreed::Post(_) => {
                self.lazy.insert(from);
                port.send(from, Plumtreed::Prune, Carries::Nothing);
            }
            Plumtreed::Announce(dots) => dots.iter().for_each(|dot| self.heard_of(*dot, from)),
            Plumtreed::Holds(theirs) => {
                let lacked: Vec<Dot> = theirs.missing_from(self.held.context()).collect();
                lacked.into_iter().for_each(|dot| self.heard_of(dot, from));
                self.held.learn(from, theirs, port.neighbours());
            }
            Plumtreed::Graft(dots) => {
                self.lazy.remove(&from);
                for post in dots.iter().filter_map(|dot| self.held.get(*dot)) {
                    port.send(from, Plumtreed::Post(post.clone()), post.carries());
                }
            }
            Plumtreed::Prune => {
                self.lazy.insert(from);
            }
        }
    }

    fn timer<P: Port<Self::Wire>>(&mut self, _timer: TimerId, port: &mut P, _up: &mut Vec<Post<B>>) {
        self.announce(port);
        self.graft(port);
        port.set_timer(TICK, self.period);
    }

    fn room(&self) -> Result<(), Refused> {
        Ok(())
    }

    fn kept(&self) -> usize {
        self.held.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zoo::broadcast::testing::Table;

    /// A table of eight at which one post has been all around, so that a tree is left of the mesh.
    fn grown() -> Table<Plumtree<&'static str>> {
        let mut table = Table::of(8, || Plumtree::on(Ground::HOSTILE, Span::millis(10)));
        table.say(0, "one");
        table.pass_all();
        table
    }

    #[test]
    fn the_first_post_floods_and_the_second_follows_a_tree() {
        let mut table = grown();
        table.say(3, "two");
        assert_eq!(table.pass_all(), 7);
        assert!((0..8).all(|slot| table.heard(slot) == "one two"));
        let branches: usize = (0..8).map(|slot| 7 - table.layer(slot).lazy_links()).sum();
        assert_eq!(branches, 2 * 7, "a tree of eight has seven branches");
    }

    #[test]
    fn a_cut_branch_is_replaced_by_a_lazy_link() {
        let mut table = grown();
        table.say(0, "two");
        table.lose(0, 1);
        table.pass_all();
        assert_eq!(table.heard(1), "one");
        for slot in (0..8).chain([1, 1]) {
            table.tick(slot, TICK);
            table.pass_all();
        }
        assert_eq!(table.heard(1), "one two");
    }
}
