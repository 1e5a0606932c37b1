//! A protocol of one's own with a specification of one's own, hunted: a guest book whose replicas ask one another
//! from time to time what they lack.

use std::collections::BTreeMap;

use squall::base::{Observed, ReplicaId, RequestId, Span, TimerId, Update};
use squall::model::Told;
use squall::replica::{Carries, Context, Payload, Replica};
use squall::subject::{ByProtocol, Subject};

/// A replica: the entries it has, each under the name of the update that made it.
#[derive(Clone, Debug, Default)]
struct Desk {
    entries: BTreeMap<Update, String>,
}

/// What clients ask for, and what they see.
impl Subject for Desk {
    type Op = String;
    type View = Vec<String>;
    type Form = ByProtocol;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> String {
        ["Ada", "Ben", "Cleo"][pick(3) as usize].to_owned()
    }

    fn view(&self) -> Vec<String> {
        let mut names: Vec<String> = self.entries.values().cloned().collect();
        names.sort();
        names
    }
}

#[derive(Clone, Debug)]
enum Message {
    /// These are the entries that I have: which others are there?
    Ask(Vec<Update>),
    /// These.
    News(BTreeMap<Update, String>),
}

impl Payload for Message {
    fn size(&self) -> u64 {
        match self {
            Message::Ask(had) => 8 * had.len() as u64,
            Message::News(entries) => entries.values().map(|name| 8 + name.len() as u64).sum(),
        }
    }
}

impl Observed for Desk {
    type Op = String;
    type Answer = Told<Vec<String>>;
    type View = Vec<String>;

    fn view(&self) -> Vec<String> {
        Subject::view(self)
    }
}

const ROUND: TimerId = TimerId(0);

const EVERY: Span = Span::millis(30);

impl Replica for Desk {
    type Message = Message;
    type Saved = BTreeMap<Update, String>;

    fn start(&mut self, cx: &mut Context<Self>) {
        cx.set_timer(ROUND, EVERY);
    }

    fn request(&mut self, request: RequestId, name: &String, cx: &mut Context<Self>) {
        let update = cx.accept(request);
        self.entries.insert(update, name.clone());
        cx.answer(request, Told::Done);
    }

    fn message(&mut self, from: ReplicaId, message: &Message, cx: &mut Context<Self>) {
        match message {
            Message::Ask(had) => {
                let mut news = self.entries.clone();
                news.retain(|update, _| !had.contains(update));
                // The world is told what a message carries, so that it knows who can know what.
                let carried = Carries::Updates(news.keys().copied().collect());
                cx.send(from, Message::News(news), carried);
            }
            Message::News(news) => {
                self.entries.extend(news.clone());
                cx.incorporate();
            }
        }
    }

    fn timer(&mut self, round: TimerId, cx: &mut Context<Self>) {
        if let Some(peer) = cx.any_neighbour() {
            cx.send(peer, Message::Ask(self.entries.keys().copied().collect()), Carries::Nothing);
        }
        cx.set_timer(round, EVERY);
    }

    fn image(&self) -> Option<Self::Saved> {
        Some(self.entries.clone())
    }

    fn restart(&mut self, saved: &[Self::Saved], cx: &mut Context<Self>) {
        self.entries = saved.last().cloned().unwrap_or_default();
        self.start(cx);
    }
}

fn main() {
    let hunt = squall::hunt::<Desk>().seeds(0..300).specified(|known| {
        let mut names: Vec<String> = known.iter().map(|update| update.op.to_string()).collect();
        names.sort();
        names
    });
    match hunt.run() {
        Some(found) => println!("{found}"),
        None => println!("nothing was found in 300 runs"),
    }
}
