//! What a list must show, judged from all that was ever shown of it.
//!
//! Elements are insertions, told apart by their values: where two elements of one value could be shown, nothing is
//! said. Four things are judged. Content: an element is shown once where its insertion is known and no deletion of
//! it, and nowhere else. Place: right after an operation its writer sees the former list with just that change.
//! Order: as the list [promises](Promise). After *Specification and Complexity of Collaborative Text Editing* (2016).

use std::cmp::Ordering;
use std::fmt::Debug;

use super::ListOp;
use super::strong::Strong;
use super::weak::Weak;
use super::whole::Whole;
use crate::base::{Identity, Update};
use crate::model::judge::{Judge, Ruled, Ruling};
use crate::model::{Issued, Specification, Visible};

/// What a list promises of the order of its elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// Any two views order the elements that they share alike.
    Weak,
    /// One order of all elements ever inserted agrees with every view.
    Strong,
    /// The same; and this order is the one in which what was typed together stays together as far as that can
    /// be.
    Whole,
}

/// Judges the views of a list from all that was shown before.
///
/// It is told of every update of the list in the order in which they were issued, and shown views of those who
/// know all that their updates have seen.
#[derive(Clone, Debug)]
pub struct Order<E> {
    elements: Vec<Inserted<E>>,
    /// The elements by value.
    by_value: Vec<u32>,
    /// What each update did, by replica and number.
    did: Vec<Vec<Did>>,
    kept: Kept,
    /// Whether something was deleted, or typed behind, of which the view does not tell what it was.
    lost_track: bool,
    /// The number of the judgement; what an element is marked with in one counts for it alone.
    round: u32,
    view: Vec<u32>,
}

#[derive(Clone, Debug)]
struct Inserted<E> {
    value: E,
    update: Update,
    /// By which it is told from others: who signed it, and the how-many-eth so signed.
    identifier: (Identity, u32),
    known: u32,
    deleted: u32,
    shown: u32,
}

impl<E> Inserted<E> {
    fn lives(&self, round: u32) -> bool {
        self.known == round && self.deleted != round
    }
}

/// What an update did to the list.
#[derive(Clone, Copy, Debug)]
enum Did {
    /// Nothing that was told.
    Untold,
    /// Something to one of several that the view does not tell apart.
    Unclear,
    Inserted(u32),
    Deleted(u32),
}

/// What is kept to judge the order.
#[derive(Clone, Debug)]
enum Kept {
    Weak(Weak),
    Strong(Strong),
    Whole(Whole),
}

/// Which element a value stands for.
enum Named {
    One(u32),
    Several,
    None,
}

impl<E: Clone + Ord + Debug> Order<E> {
    /// One who has seen nothing yet of a list that promises this.
    pub fn new(promise: Promise) -> Order<E> {
        let kept = match promise {
            Promise::Weak => Kept::Weak(Weak::default()),
            Promise::Strong => Kept::Strong(Strong::default()),
            Promise::Whole => Kept::Whole(Whole::default()),
        };
        let (elements, by_value, did, view) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Order { elements, by_value, did, kept, lost_track: false, round: 0, view }
    }

    /// Forgets all and keeps the memory.
    pub fn reset(&mut self) {
        self.elements.clear();
        self.by_value.clear();
        self.did.iter_mut().for_each(Vec::clear);
        match &mut self.kept {
            Kept::Weak(weak) => weak.reset(),
            Kept::Strong(strong) => strong.reset(),
            Kept::Whole(whole) => whole.reset(),
        }
        (self.lost_track, self.round) = (false, 0);
    }

    /// An update did this to the list, of which its writer saw the one before and the other right after.
    pub fn wrote<O>(&mut self, issued: &Issued<O>, op: &ListOp<E>, before: &[E], after: &[E]) -> Ruling {
        if let Err(unfit) = op.fits(before.len() as u32) {
            return Err(format!("{} was accepted, although {unfit}", asked(op)));
        }
        let did = match op {
            ListOp::Insert(index, value) => {
                self.insert(issued, index.checked_sub(1).map(|left| &before[left as usize]), value)
            }
            ListOp::Delete(index) => self.delete(issued, &before[*index as usize])?,
        };
        self.note(issued.update, did);
        let changed = match op {
            ListOp::Insert(index, value) => {
                let (front, back) = before.split_at(*index as usize);
                front.iter().chain([value]).chain(back).eq(after)
            }
            ListOp::Delete(index) => before[..*index as usize].iter().chain(&before[*index as usize + 1..]).eq(after),
        };
        if changed {
            return Ok(Ruled::Right);
        }
        Err(format!("right after {}, {before:?} became {after:?}", asked(op)))
    }

    /// Whether it was told of an update.
    pub fn was_told(&self, update: Update) -> bool {
        !matches!(self.did(update), Did::Untold)
    }

    /// Whoever knows these updates, of which it was told those of the list, is shown this.
    pub fn shown<O>(&mut self, visible: &Visible<'_, O>, view: &[E]) -> Ruling {
        let live = self.mark(visible);
        let mut row = std::mem::take(&mut self.view);
        row.clear();
        let ruling = self.content(visible, view, live, &mut row);
        let ruling = if ruling == Ok(Ruled::Right) { self.order(&row) } else { ruling };
        self.view = row;
        ruling
    }

    fn note(&mut self, update: Update, did: Did) {
        let at = update.replica.index();
        if self.did.len() <= at {
            self.did.resize_with(at + 1, Vec::new);
        }
        let (numbers, nth) = (&mut self.did[at], update.number as usize);
        numbers.resize(numbers.len().max(nth + 1), Did::Untold);
        numbers[nth] = did;
    }

    fn did(&self, update: Update) -> Did {
        let did = self.did.get(update.replica.index()).and_then(|numbers| numbers.get(update.number as usize));
        did.copied().unwrap_or(Did::Untold)
    }

    fn insert<O>(&mut self, issued: &Issued<O>, left: Option<&E>, value: &E) -> Did {
        let left = left.map(|left| self.named_by(issued, left));
        let left = match left {
            Some(Named::One(left)) => Some(left),
            Some(_) => {
                self.lost_track = true;
                None
            }
            None => None,
        };
        let new = self.elements.len() as u32;
        let identifier = (issued.identity, issued.nth);
        let (value, update) = (value.clone(), issued.update);
        let place = self.by_value.partition_point(|other| self.elements[*other as usize].value <= value);
        self.by_value.insert(place, new);
        self.elements.push(Inserted { value, update, identifier, known: 0, deleted: 0, shown: 0 });
        let elements = &self.elements;
        match &mut self.kept {
            Kept::Weak(_) => {}
            Kept::Strong(strong) => strong.insert(left),
            Kept::Whole(whole) => {
                let identifier = |element: u32| elements[element as usize].identifier;
                let order = |one, other| -> Ordering { identifier(one).cmp(&identifier(other)) };
                whole.insert(left, |element| issued.seen.contains(elements[element as usize].update), order);
            }
        }
        Did::Inserted(new)
    }

    fn delete<O>(&mut self, issued: &Issued<O>, value: &E) -> Result<Did, String> {
        match self.named_by(issued, value) {
            Named::One(element) => Ok(Did::Deleted(element)),
            Named::Several => {
                self.lost_track = true;
                Ok(Did::Unclear)
            }
            Named::None => Err(format!("{value:?} was shown and deleted, and nobody whom its writer knew inserted it")),
        }
    }

    /// The elements of a value.
    fn of(&self, value: &E) -> &[u32] {
        let from = self.by_value.partition_point(|element| self.elements[*element as usize].value < *value);
        let to = self.by_value[from..].partition_point(|element| self.elements[*element as usize].value == *value);
        &self.by_value[from..from + to]
    }

    /// Which element a value in the view of an update's writer stands for.
    fn named_by<O>(&mut self, issued: &Issued<O>, value: &E) -> Named {
        let of = self.of(value);
        if let [element] = of {
            return Named::One(*element);
        }
        self.round += 1;
        for update in issued.seen.iter() {
            self.mark_one(update);
        }
        self.named(value)
    }

    /// Which of the elements that live in this round a value stands for.
    fn named(&self, value: &E) -> Named {
        let mut living = self.of(value).iter().filter(|element| self.elements[**element as usize].lives(self.round));
        match (living.next(), living.next()) {
            (Some(one), None) => Named::One(*one),
            (Some(_), Some(_)) => Named::Several,
            (None, _) => Named::None,
        }
    }

    /// Marks what is known and what is deleted, and counts what must be shown.
    fn mark<O>(&mut self, visible: &Visible<'_, O>) -> usize {
        self.round += 1;
        for issued in visible.iter() {
            self.mark_one(issued.update);
        }
        self.elements.iter().filter(|element| element.lives(self.round)).count()
    }

    fn mark_one(&mut self, update: Update) {
        match self.did(update) {
            Did::Untold | Did::Unclear => {}
            Did::Inserted(element) => self.elements[element as usize].known = self.round,
            Did::Deleted(element) => self.elements[element as usize].deleted = self.round,
        }
    }

    /// Holds what is shown against what must be, and says which elements these are.
    fn content<O>(&mut self, visible: &Visible<'_, O>, view: &[E], live: usize, row: &mut Vec<u32>) -> Ruling {
        if self.lost_track {
            return Ok(Ruled::Untold);
        }
        for value in view {
            let element = match self.named(value) {
                Named::One(element) => element,
                Named::Several => return Ok(Ruled::Untold),
                Named::None => return Err(self.why_not(visible, value)),
            };
            let inserted = &mut self.elements[element as usize];
            if std::mem::replace(&mut inserted.shown, self.round) == self.round {
                return Err(format!("{value:?}, which {} inserted, is shown twice in {view:?}", inserted.update));
            }
            row.push(element);
        }
        if row.len() == live {
            return Ok(Ruled::Right);
        }
        let missing = |element: &&Inserted<E>| element.lives(self.round) && element.shown != self.round;
        match self.elements.iter().find(missing) {
            None => unreachable!("{live} elements live, and {} of them are shown", row.len()),
            Some(Inserted { value, update, .. }) => {
                Err(format!("{value:?}, which {update} inserted and nothing known deleted, is not shown in {view:?}"))
            }
        }
    }

    /// Why a value must not be shown.
    fn why_not<O>(&self, visible: &Visible<'_, O>, value: &E) -> String {
        let of = self.of(value);
        let deletes = |update: Update| matches!(self.did(update), Did::Deleted(element) if of.contains(&element));
        let known = |element: &&u32| self.elements[**element as usize].known == self.round;
        if of.iter().any(|element| known(&element)) {
            return match visible.iter().find(|issued| deletes(issued.update)) {
                Some(deletion) => {
                    format!("{value:?} is shown, although {}, which is known, deleted it", deletion.update)
                }
                None => unreachable!("{value:?} is known and does not live"),
            };
        }
        match of.first() {
            Some(element) => {
                let update = self.elements[*element as usize].update;
                format!("{value:?} is shown, although {update}, which inserted it, is not known")
            }
            None => format!("{value:?} is shown, and nobody inserted it"),
        }
    }

    fn order(&mut self, row: &[u32]) -> Ruling {
        let elements = &self.elements;
        let value = |element: &u32| &elements[*element as usize].value;
        match &mut self.kept {
            Kept::Weak(weak) => weak.shown(row).map_err(|(one, other)| {
                let (one, other) = (value(&one), value(&other));
                format!("{one:?} is shown before {other:?}, and another view has shown {other:?} before {one:?}")
            })?,
            Kept::Strong(strong) => strong.shown(row).map_err(|path| {
                let pairs = path.windows(2).map(|pair| format!("{:?} right before {:?}", value(&pair[0]), value(&pair[1])));
                let now = path.last().into_iter().zip(path.first());
                let now = now.map(|(last, first)| format!("now {:?} right before {:?}", value(last), value(first)));
                let shown = pairs.chain(now).collect::<Vec<_>>().join(", ");
                format!("no one order of the elements agrees with all that was shown: {shown}")
            })?,
            Kept::Whole(whole) => whole.shown(row).map_err(|(one, other)| {
                let between = |element: u32| match whole.origins(element).map(|origin| origin.as_ref().map(value)) {
                    [None, None] => "into the empty list".to_owned(),
                    [Some(left), None] => format!("at the end behind {left:?}"),
                    [None, Some(right)] => format!("at the front before {right:?}"),
                    [Some(left), Some(right)] => format!("between {left:?} and {right:?}"),
                };
                format!(
                    "{:?}, inserted {}, is shown before {:?}, inserted {}; the other way round, what was typed together \
                     would stay together",
                    value(&one),
                    between(one),
                    value(&other),
                    between(other),
                )
            })?,
        }
        Ok(Ruled::Right)
    }
}

fn asked<E: Debug>(op: &ListOp<E>) -> String {
    match op {
        ListOp::Insert(index, value) => format!("inserting {value:?} at {index}"),
        ListOp::Delete(index) => format!("deleting at {index}"),
    }
}

/// A list that promises this of its order. All of its view is judged by an [`Order`].
pub fn list<E: Clone + Ord + Debug + Send + 'static>(promise: Promise) -> Specification<ListOp<E>, Vec<E>> {
    let judge = move || within(promise, |op: &ListOp<E>| Some(op.clone()), |view: &Vec<E>| view);
    Specification::new("list", |_| Vec::new()).beside(|_| Vec::new(), judge)
}

/// Judges a list that is a part of something: what an operation asks of it, and its elements in a view.
pub fn within<O, V, E>(
    promise: Promise,
    op: fn(&O) -> Option<ListOp<E>>,
    elements: fn(&V) -> &Vec<E>,
) -> Box<dyn Judge<O, V> + Send>
where
    O: 'static,
    V: 'static,
    E: Clone + Ord + Debug + Send + 'static,
{
    Box::new(Within { order: Order::new(promise), op, elements })
}

struct Within<O, V, E> {
    order: Order<E>,
    op: fn(&O) -> Option<ListOp<E>>,
    elements: fn(&V) -> &Vec<E>,
}

impl<O, V, E: Clone + Ord + Debug> Judge<O, V> for Within<O, V, E> {
    fn reset(&mut self) {
        self.order.reset();
    }

    fn wrote(&mut self, issued: &Issued<O>, before: &V, after: &V) -> Ruling {
        let (before, after) = ((self.elements)(before), (self.elements)(after));
        match (self.op)(&issued.op) {
            Some(op) => self.order.wrote(issued, &op, before, after),
            None if before == after => Ok(Ruled::Right),
            None => Err(format!("an update of something else turned {before:?} into {after:?}")),
        }
    }

    fn shown(&mut self, visible: &Visible<'_, O>, view: &V) -> Ruling {
        let untold = |issued: &Issued<O>| !self.order.was_told(issued.update) && (self.op)(&issued.op).is_some();
        if visible.iter().any(untold) {
            return Ok(Ruled::Untold);
        }
        self.order.shown(visible, (self.elements)(view))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Known, ReplicaId, Time};
    use crate::model::History;

    /// Replicas of a list, and the judge of what they show. A replica shows what its last word was.
    struct Story {
        order: Order<char>,
        history: History<ListOp<char>>,
        known: Vec<Known>,
        views: Vec<String>,
    }

    impl Story {
        fn of(promise: Promise) -> Story {
            let (known, views) = (vec![Known::new(); 4], vec![String::new(); 4]);
            Story { order: Order::new(promise), history: History::new(), known, views }
        }

        /// An operation, right after which its writer sees this.
        fn wrote(&mut self, at: u32, op: ListOp<char>, after: &str) -> Ruling {
            let slot = at as usize;
            let number = self.history.of(ReplicaId(at)) + 1;
            let issued = Issued {
                update: Update { replica: ReplicaId(at), number },
                op,
                identity: Identity(at),
                nth: number,
                at: Time::START,
                reading: Time::START,
                stamp: None,
                seen: self.known[slot].clone(),
                closed: true,
            };
            self.known[slot].insert(issued.update);
            let view = |text: &str| text.chars().collect::<Vec<_>>();
            let ruling = self.order.wrote(&issued, &issued.op, &view(&self.views[slot]), &view(after));
            self.history.add(issued, None);
            self.views[slot] = after.to_owned();
            ruling
        }

        /// Types a letter, which comes where it is to come.
        fn types(&mut self, at: u32, index: u32, letter: char) {
            let mut after = self.views[at as usize].clone();
            after.insert(index as usize, letter);
            assert_eq!(self.wrote(at, ListOp::Insert(index, letter), &after), Ok(Ruled::Right));
        }

        fn deletes(&mut self, at: u32, index: u32) {
            let mut after = self.views[at as usize].clone();
            after.remove(index as usize);
            assert_eq!(self.wrote(at, ListOp::Delete(index), &after), Ok(Ruled::Right));
        }

        /// One learns all that some others know, and then shows this.
        fn learns(&mut self, at: u32, from: &[u32], view: &str) -> Ruling {
            for from in from {
                let theirs = self.known[*from as usize].clone();
                self.known[at as usize].extend(&theirs);
            }
            self.views[at as usize] = view.to_owned();
            let visible = Visible::new(&self.history, &self.known[at as usize]);
            self.order.shown(&visible, &view.chars().collect::<Vec<_>>())
        }
    }

    fn wrong(ruling: Ruling) -> String {
        ruling.expect_err("something is wrong")
    }

    #[test]
    fn what_is_known_and_not_deleted_is_shown_once() {
        let story = || {
            let mut story = Story::of(Promise::Strong);
            "abc".chars().zip(0..).for_each(|(letter, index)| story.types(0, index, letter));
            story.learns(1, &[0], "abc").expect("right");
            story.deletes(1, 1);
            story.types(0, 3, 'd');
            story
        };
        assert_eq!(story().learns(2, &[0, 1], "acd"), Ok(Ruled::Right));
        assert_eq!(story().learns(2, &[0], "abcd"), Ok(Ruled::Right));
        for (from, view, expected) in [
            (&[0, 1][..], "ac", "'d', which n0#4 inserted and nothing known deleted, is not shown in ['a', 'c']"),
            (&[0, 1], "abcd", "'b' is shown, although n1#1, which is known, deleted it"),
            (&[1], "acd", "'d' is shown, although n0#4, which inserted it, is not known"),
            (&[0, 1], "acxd", "'x' is shown, and nobody inserted it"),
            (&[0, 1], "acda", "'a', which n0#1 inserted, is shown twice in ['a', 'c', 'd', 'a']"),
        ] {
            assert_eq!(wrong(story().learns(2, from, view)), expected);
        }
    }

    #[test]
    fn a_deletion_is_of_what_its_writer_saw_there() {
        let mut story = Story::of(Promise::Strong);
        story.types(0, 0, 'b');
        story.learns(1, &[0], "b").expect("right");
        story.types(0, 0, 'a');
        story.deletes(1, 0);
        assert_eq!(story.learns(2, &[0, 1], "a"), Ok(Ruled::Right));
        assert_eq!(wrong(story.learns(2, &[], "b")), "'b' is shown, although n1#1, which is known, deleted it");
    }

    #[test]
    fn right_after_an_operation_its_writer_sees_the_former_list_with_just_that_change() {
        let mut story = Story::of(Promise::Weak);
        story.types(0, 0, 'a');
        story.types(0, 1, 'b');
        let ruling = story.wrote(0, ListOp::Insert(1, 'c'), "abc");
        assert_eq!(wrong(ruling), "right after inserting 'c' at 1, ['a', 'b'] became ['a', 'b', 'c']");
        let ruling = story.wrote(0, ListOp::Delete(0), "b");
        assert_eq!(wrong(ruling), "right after deleting at 0, ['a', 'b', 'c'] became ['b']");
        let ruling = story.wrote(0, ListOp::Delete(4), "b");
        assert_eq!(
            wrong(ruling),
            "deleting at 4 was accepted, although index 4 lies outside a list of 1: delete at 0 to 0"
        );
    }

    /// From "x": one deletes it, one inserts a before and one b after it. As in the story of *The Jupiter
    /// Protocol Revisited* (2018).
    fn jupiter(promise: Promise) -> Ruling {
        let mut story = Story::of(promise);
        story.types(0, 0, 'x');
        for at in [1, 2] {
            story.learns(at, &[0], "x").expect("right");
        }
        story.deletes(0, 0);
        story.types(1, 0, 'a');
        story.types(2, 1, 'b');
        for (at, view) in [(1, "ax"), (2, "xb")] {
            story.learns(at, &[], view).expect("right");
        }
        story.learns(3, &[0, 1, 2], "ba")
    }

    #[test]
    fn what_an_operational_transformation_shows_is_weakly_in_order_and_not_strongly() {
        assert_eq!(jupiter(Promise::Weak), Ok(Ruled::Right));
        assert_eq!(
            wrong(jupiter(Promise::Strong)),
            "no one order of the elements agrees with all that was shown: 'a' right before 'x', 'x' right before 'b', \
             now 'b' right before 'a'"
        );
    }

    #[test]
    fn two_views_that_order_two_elements_differently_are_wrong_by_any_promise() {
        let story = |promise| {
            let mut story = Story::of(promise);
            story.types(0, 0, 'a');
            story.types(1, 0, 'b');
            story.learns(2, &[0, 1], "ba").expect("right");
            wrong(story.learns(3, &[0, 1], "ab"))
        };
        assert_eq!(story(Promise::Weak), "'a' is shown before 'b', and another view has shown 'b' before 'a'");
        assert_eq!(
            story(Promise::Strong),
            "no one order of the elements agrees with all that was shown: 'b' right before 'a', now 'a' right before 'b'"
        );
    }

    /// While one types "ab", forwards, another one types "xy" at the same place.
    fn two_words(promise: Promise, backwards: bool, view: &str) -> Ruling {
        let mut story = Story::of(promise);
        for (at, word) in [(0, "ab"), (1, "xy")] {
            for (letter, index) in word.chars().zip(0..) {
                story.types(at, if backwards { 0 } else { index }, letter);
            }
        }
        story.learns(2, &[0, 1], view)
    }

    #[test]
    fn words_that_mix_are_wrong_only_where_they_are_promised_to_stay_whole() {
        assert_eq!(two_words(Promise::Strong, false, "axby"), Ok(Ruled::Right));
        assert_eq!(two_words(Promise::Whole, false, "abxy"), Ok(Ruled::Right));
        assert_eq!(two_words(Promise::Whole, true, "bayx"), Ok(Ruled::Right));
        assert_eq!(
            wrong(two_words(Promise::Whole, false, "axby")),
            "'x', inserted into the empty list, is shown before 'b', inserted at the end behind 'a'; the other way \
             round, what was typed together would stay together"
        );
        assert_eq!(
            wrong(two_words(Promise::Whole, true, "ybax")),
            "'y', inserted at the front before 'x', is shown before 'b', inserted at the front before 'a'; the other \
             way round, what was typed together would stay together"
        );
    }

    #[test]
    fn what_was_typed_right_before_an_element_stays_there_as_far_as_that_can_be() {
        // One has typed a, another z; a third, who knows only a, types x behind it; and the writer of z, knowing
        // both, types y between them.
        let story = |view| {
            let mut story = Story::of(Promise::Whole);
            story.types(0, 0, 'a');
            story.types(1, 0, 'z');
            story.learns(1, &[0], "az").expect("right");
            story.learns(2, &[0], "a").expect("right");
            story.types(1, 1, 'y');
            story.types(2, 1, 'x');
            story.learns(3, &[1, 2], view)
        };
        assert_eq!(story("axyz"), Ok(Ruled::Right));
        assert_eq!(
            wrong(story("ayxz")),
            "'y', inserted between 'a' and 'z', is shown before 'x', inserted at the end behind 'a'; the other way \
             round, what was typed together would stay together"
        );
    }

    #[test]
    fn nothing_is_said_to_who_knows_an_update_of_which_the_judge_was_not_told() {
        let mut story = Story::of(Promise::Strong);
        story.types(0, 0, 'a');
        let mut judge = list(Promise::Strong).judge().expect("lists are judged");
        let visible = Visible::new(&story.history, &story.known[0]);
        assert_eq!(judge.shown(&visible, &vec!['b']), Ok(Ruled::Untold));
        let update = story.history.iter().next().expect("there is one");
        assert_eq!(judge.wrote(update, &Vec::new(), &vec!['a']), Ok(Ruled::Right));
        assert!(judge.shown(&visible, &vec!['b']).is_err());
    }

    #[test]
    fn nothing_is_said_of_a_view_that_could_show_either_of_two_equal_elements() {
        let mut story = Story::of(Promise::Strong);
        story.types(0, 0, 'a');
        story.deletes(0, 0);
        story.types(0, 0, 'a');
        assert_eq!(story.learns(1, &[0], "a"), Ok(Ruled::Right), "of the two only one is not deleted");
        story.types(2, 0, 'a');
        assert_eq!(story.learns(1, &[2], "aa"), Ok(Ruled::Untold));
        story.deletes(1, 0);
        assert_eq!(story.learns(3, &[0], "a"), Ok(Ruled::Untold), "nobody can tell which one was deleted");
        story.order.reset();
        story.history.clear();
        story.known[0].clear();
        story.views[0].clear();
        story.types(0, 0, 'a');
        assert_eq!(
            wrong(story.learns(0, &[], "")),
            "'a', which n0#1 inserted and nothing known deleted, is not shown in []"
        );
    }
}
