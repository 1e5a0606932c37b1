//! A replica that does what its requests say, word for word, and remembers what befell it.
//!
//! A request is a list of commands with commas between them: see [`Log::obey`] for what there is. Every
//! word is a byte a letter on the wire. Damage turns a letter into `#`; a word that ends in `!` carries a
//! checksum, and its damage is noticed.

use std::collections::BTreeMap;

use squall::base::{Observed, ReplicaId, RequestId, Span, TimerId};
use squall::replica::{Carries, Context, Payload, Replica, Seat};

/// A message.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Word(pub(crate) String);

impl Payload for Word {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn damage(&mut self, bits: u64) -> bool {
        if self.0.is_empty() || self.0.ends_with('!') {
            return false;
        }
        let at = (bits % self.0.len() as u64) as usize;
        self.0.replace_range(at..=at, "#");
        true
    }
}

/// The replica.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    /// Which of its lives this is.
    pub(crate) life: u32,
    /// What befell it in this life.
    pub(crate) heard: Vec<String>,
    /// What it was told to keep: its state.
    pub(crate) kept: Vec<String>,
    /// Answers that are due later.
    owed: BTreeMap<TimerId, (RequestId, String)>,
}

/// Timers from here on are for answers.
const FIRST_OWED: u32 = 1000;

/// A number with a letter before it, as in `n1` and `t2`.
#[track_caller]
fn number(word: &str) -> u32 {
    word.get(1..).and_then(|digits| digits.parse().ok()).unwrap_or_else(|| panic!("`{word}` has no number"))
}

#[track_caller]
fn span(text: &str) -> Span {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

impl Log {
    /// A replica that has heard nothing.
    pub(crate) fn new(seat: Seat) -> Log {
        Log { life: seat.incarnation.0, ..Log::default() }
    }

    /// Carries out one command.
    fn obey(&mut self, request: Option<RequestId>, command: &str, cx: &mut Context<Log>) {
        let words: Vec<&str> = command.split_whitespace().collect();
        match (&words[..], request) {
            (["tells", "all", word], _) => cx.broadcast(Word((*word).to_owned()), Carries::Nothing),
            (["tells", to, said @ ..], _) => {
                for word in said {
                    cx.send(ReplicaId(number(to)), Word((*word).to_owned()), Carries::Nothing);
                }
            }
            // Accepts an update and keeps it; the world may or may not write it to the disk.
            (["keeps", word], Some(request)) => {
                cx.accept(request);
                self.kept.push((*word).to_owned());
            }
            (["saves", word], _) => cx.save(vec![(*word).to_owned()]),
            (["saves"], _) => cx.save_all(self.kept.clone()),
            (["syncs"], _) => cx.sync(),
            (["looks"], _) => {
                let shown = Span(cx.now().0);
                self.heard.push(format!("clock {shown}"));
            }
            (["draws"], _) => self.heard.push(format!("draw {}", cx.draw(1_000_000))),
            (["sets", timer, after], _) => cx.set_timer(TimerId(number(timer)), span(after)),
            (["cancels", timer], _) => cx.cancel_timer(TimerId(number(timer))),
            (["answers", word], Some(request)) => cx.answer(request, (*word).to_owned()),
            (["answers", word, "after", after], Some(request)) => {
                let timer = TimerId(FIRST_OWED + request.nth);
                self.owed.insert(timer, (request, (*word).to_owned()));
                cx.set_timer(timer, span(after));
            }
            (["listens"], _) => {}
            _ => panic!("`{command}` is no command"),
        }
    }
}

impl Observed for Log {
    type Op = String;
    type Answer = String;
    type View = Vec<String>;

    fn view(&self) -> Vec<String> {
        self.kept.clone()
    }
}

impl Replica for Log {
    type Message = Word;
    type Saved = Vec<String>;

    fn request(&mut self, request: RequestId, op: &String, cx: &mut Context<Log>) {
        for command in op.split(',') {
            self.obey(Some(request), command, cx);
        }
    }

    /// `loop` is a word that is sent back.
    fn message(&mut self, from: ReplicaId, word: &Word, cx: &mut Context<Log>) {
        self.heard.push(word.0.clone());
        if word.0 == "loop" {
            cx.send(from, word.clone(), Carries::Nothing);
        }
    }

    /// Timer 9 is one that sets itself again at once.
    fn timer(&mut self, timer: TimerId, cx: &mut Context<Log>) {
        match self.owed.remove(&timer) {
            Some((request, word)) => cx.answer(request, word),
            None => self.heard.push(format!("t{}", timer.0)),
        }
        if timer == TimerId(9) {
            cx.set_timer(timer, Span::ZERO);
        }
    }

    fn restart(&mut self, saved: &[Vec<String>], cx: &mut Context<Log>) {
        self.kept = saved.concat();
        self.heard.push(format!("wakes as {} with [{}]", cx.identity(), self.kept.join(" ")));
    }

    fn image(&self) -> Option<Vec<String>> {
        Some(self.kept.clone())
    }
}
