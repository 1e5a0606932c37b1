//! Rich text that is wrong: marks that reach too far, or go by who comes first.

use serde::{Deserialize, Serialize};

use super::{Sound, Specimen};
use crate::base::{Lamport, Refused, Stamp};
use crate::model::rich_text::{Marked, RichTextOp, Style, rich_text};
use crate::replica::{DataType, Delivery, OpBased, Site};
use crate::zoo::sync::Operations;
use crate::zoo::text::rich::{Change, RichText, RichTextEffect};
use crate::zoo::{AnySystem, System};

/// All of them.
pub(super) const ALL: &[Specimen] = &[
    Specimen {
        name: "marks_removed_by_arrival",
        mistake: "what takes marks off counts from when it arrives, and not from its stamp",
        known_from: "editors that keep marks as spans and cut them when somebody else's `unmark` comes in",
        harm: "of one who makes a word bold and one who makes it plain each sees the other's will done, or their own",
        caught_by: "sec",
        needs: &[],
        story: "n0 types a; n0 makes it plain, and n1 makes it bold; n0 hears of that last and shows it bold, n1 plain",
        system: || system(Mistake::TakenOffByArrival),
    },
    Specimen {
        name: "link_that_grows",
        mistake: "the end of every mark is held by the next character, also that of a link",
        known_from: "Peritext (2022), which says why bold and links end differently",
        harm: "what is typed behind a link becomes part of it",
        caught_by: "spec",
        needs: &[],
        story: "n0 types a and b, makes a a link, and types x between the two",
        system: || system(Mistake::LinksGrow),
    },
];

/// What the mistakes were made to.
pub(super) fn sound() -> Vec<Sound> {
    vec![("rich text without a mistake", &[], system(Mistake::None))]
}

fn system(mistake: Mistake) -> AnySystem {
    System::judged_by(rich_text(), Operations::new(Text { mistake, arrived: 0, text: RichText::new() })).into()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Mistake {
    None,
    TakenOffByArrival,
    LinksGrow,
}

/// Rich text with a mistake.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Text {
    mistake: Mistake,
    /// The largest counter of a stamp that arrived.
    arrived: u64,
    text: RichText<char>,
}

impl DataType for Text {
    type Op = RichTextOp<char>;
    type View = Vec<Marked<char>>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> RichTextOp<char> {
        self.text.propose(pick)
    }

    fn view(&self) -> Vec<Marked<char>> {
        self.text.view()
    }

    fn latest_stamp(&self) -> Option<Stamp> {
        self.text.latest_stamp()
    }
}

impl OpBased for Text {
    type Effect = RichTextEffect<char>;

    const DELIVERY: Delivery = Delivery::CausalOnce;

    fn prepare(&self, op: &RichTextOp<char>, site: Site) -> Result<RichTextEffect<char>, Refused> {
        match op {
            RichTextOp::Mark(from, to, link @ Style::Link(_)) if self.mistake == Mistake::LinksGrow => {
                let mut effect = self.text.prepare(&RichTextOp::Mark(*from, *to, Style::Bold), site)?;
                if let RichTextEffect::Mark(mark) = &mut effect {
                    mark.change = Change::Set(link.clone());
                }
                Ok(effect)
            }
            _ => self.text.prepare(op, site),
        }
    }

    fn effect(&mut self, effect: &RichTextEffect<char>) {
        let mut effect = effect.clone();
        let stamp = match &effect {
            RichTextEffect::Insert(atom) => atom.link.counter,
            RichTextEffect::Mark(mark) => mark.stamp.counter,
            RichTextEffect::Delete(_) => 0,
        };
        let is_late = stamp <= self.arrived;
        self.arrived = self.arrived.max(stamp);
        if let (Mistake::TakenOffByArrival, true, RichTextEffect::Mark(mark)) = (self.mistake, is_late, &mut effect)
            && let Change::Clear(_) = mark.change
        {
            self.arrived += 1;
            mark.stamp = Lamport { counter: self.arrived, ..mark.stamp };
        }
        self.text.effect(&effect);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Story;
    use super::*;
    use crate::model::rich_text::Kind;

    fn story(mistake: Mistake) -> Story<Text> {
        Story::of(Text { mistake, arrived: 0, text: RichText::new() }).does(0, RichTextOp::Insert(0, 'a'))
    }

    #[test]
    fn marks_go_wrong_as_their_stories_tell() {
        let bold = |mistake| {
            let story = story(mistake).hears(1, &[0]).does(0, RichTextOp::Unmark(0, 1, Kind::Bold));
            let story = story.does(1, RichTextOp::Mark(0, 1, Style::Bold)).hears(0, &[2]).hears(1, &[1]);
            [0, 1].map(|who| story.view(who)[0].styles.contains(&Style::Bold))
        };
        assert_eq!([bold(Mistake::None), bold(Mistake::TakenOffByArrival)], [[true, true], [true, false]]);
        let link = |mistake| {
            let to = Style::Link("there".to_owned());
            let story = story(mistake).does(0, RichTextOp::Insert(1, 'b')).does(0, RichTextOp::Mark(0, 1, to.clone()));
            let view = story.does(0, RichTextOp::Insert(1, 'x')).view(0);
            [0, 1, 2].map(|at: usize| view[at].styles.contains(&to))
        };
        assert_eq!([link(Mistake::None), link(Mistake::LinksGrow)], [[true, false, false], [true, true, false]]);
    }
}
