//! A flooding broadcast: whoever sees a number for the first time passes it on to all neighbours.

use std::collections::BTreeSet;

use squall::base::{Observed, Odds, ReplicaId, RequestId, Seed, Time, Update};
use squall::replica::{Carries, Context, Payload, Replica, Scripted};
use squall::scenario::{Scenario, Topology};
use squall::world::{Dealt, World};

/// The numbers a replica has seen.
#[derive(Clone, Debug, Default)]
struct Seen(BTreeSet<u64>);

/// A number, and the update that it came from.
#[derive(Clone, Debug, PartialEq)]
struct News(u64, Update);

impl Payload for News {
    fn size(&self) -> u64 {
        16
    }
}

impl Observed for Seen {
    type Op = u64;
    type Answer = ();
    type View = BTreeSet<u64>;
    fn view(&self) -> BTreeSet<u64> {
        self.0.clone()
    }
}

impl Replica for Seen {
    type Message = News;
    type Saved = ();
    fn request(&mut self, request: RequestId, number: &u64, cx: &mut Context<Self>) {
        let update = cx.accept(request);
        self.0.insert(*number);
        cx.broadcast(News(*number, update), Carries::Updates(vec![update]));
        cx.answer(request, ());
    }
    fn message(&mut self, _: ReplicaId, news: &News, cx: &mut Context<Self>) {
        if self.0.insert(news.0) {
            cx.incorporate();
            cx.broadcast(news.clone(), Carries::Updates(vec![news.1]));
        }
    }
}

fn main() {
    let mut scenario = Scenario::new(50);
    scenario.topology = Topology::RandomRegular { degree: 4, seed: Seed(1) };
    scenario.link.loss = Odds::permille(100);
    let script: Vec<_> = (0..10).map(|n| Scripted::new(Time(n * 1_000_000), ReplicaId(n as u32), n)).collect();
    let plan = scenario.plan().expect("fifty replicas with four neighbours each");
    let mut world = World::new();
    let run = world.run(&plan, &|_| Seen::default(), &script[..], &mut Dealt::new(Seed(1)), &mut ());
    let all = world.replicas().iter().filter(|replica| replica.0.len() == 10).count();
    println!("{all} of 50 have seen all ten numbers; {}", run.witness);
}
