//! What a tree with move must show: what all moves come to, one after the other by their stamps, without those that
//! would make a cycle. After *A highly-available move operation for replicated trees* (2022).

use std::collections::BTreeMap;
use std::fmt::Debug;

use super::{Branch, Parent, TreeOp};
use crate::model::{Source, Specification, Visible};

/// A tree in which moves count in the order of their stamps, and one under the node itself or under what is then
/// below it is skipped. Deleting is a move into a bin, which is not shown. What its writer would see make a cycle is
/// refused, and so is what is done to, or under, a node that is not in the tree.
pub fn tree<E: Clone + Ord + Debug + 'static>() -> Specification<TreeOp<E>, Vec<Branch<E>>> {
    Specification::new("tree with move", |visible| Places::of(visible).view())
        .anywhere()
        .stamped_by(Source::Lamport)
        .intending(|_, op, after| there_or_gone(op, after))
        .refusing(|visible, _, op| !Places::of(visible).allow(op))
}

/// Where each node is.
struct Places<'a, E>(BTreeMap<&'a E, Place<'a, E>>);

struct Place<'a, E> {
    under: Under<'a, E>,
    position: i64,
}

#[derive(PartialEq)]
enum Under<'a, E> {
    Bin,
    Root,
    Node(&'a E),
}

impl<'a, E: Clone + Ord> Places<'a, E> {
    /// Where the known moves bring the nodes.
    fn of(visible: &Visible<'a, TreeOp<E>>) -> Places<'a, E> {
        let mut moves: Vec<_> = visible.iter().collect();
        moves.sort_by_key(|issued| issued.stamp);
        let mut places = Places(BTreeMap::new());
        for issued in moves {
            let (node, place) = match &issued.op {
                TreeOp::Delete(node) => (node, Place { under: Under::Bin, position: 0 }),
                TreeOp::Move(node, Parent::Root, position) => (node, Place { under: Under::Root, position: *position }),
                TreeOp::Move(_, Parent::Node(parent), _) if places.is_within(parent, issued.op.node()) => continue,
                TreeOp::Move(node, Parent::Node(parent), position) => {
                    (node, Place { under: Under::Node(parent), position: *position })
                }
            };
            places.0.insert(node, place);
        }
        places
    }

    /// What a node lies under.
    fn above(&self, node: &E) -> Option<&'a E> {
        match self.0.get(node)?.under {
            Under::Node(parent) => Some(parent),
            Under::Root | Under::Bin => None,
        }
    }

    /// Whether one is the other, or lies below it.
    fn is_within(&self, one: &E, other: &E) -> bool {
        one == other || std::iter::successors(self.above(one), |node| self.above(node)).any(|node| node == other)
    }

    fn is_shown(&self, node: &E) -> bool {
        let highest = std::iter::successors(self.above(node), |node| self.above(node)).last().unwrap_or(node);
        self.0.get(highest).is_some_and(|place| place.under == Under::Root)
    }

    fn allow(&self, op: &TreeOp<E>) -> bool {
        match op {
            TreeOp::Delete(node) => self.is_shown(node),
            TreeOp::Move(_, Parent::Root, _) => true,
            TreeOp::Move(node, Parent::Node(parent), _) => self.is_shown(parent) && !self.is_within(parent, node),
        }
    }

    fn view(&self) -> Vec<Branch<E>> {
        let mut view = Vec::new();
        self.outline(&Under::Root, 0, &mut view);
        view
    }

    /// Appends what lies under this, each node right before what lies under it.
    fn outline(&self, under: &Under<'_, E>, depth: u32, view: &mut Vec<Branch<E>>) {
        let mut children: Vec<_> = self.0.iter().filter(|(_, place)| place.under == *under).collect();
        children.sort_by_key(|(node, place)| (place.position, **node));
        for (node, place) in children {
            view.push(Branch { depth, position: place.position, node: (*node).clone() });
            self.outline(&Under::Node(node), depth + 1, view);
        }
    }
}

impl<E> TreeOp<E> {
    /// The node that it is about.
    fn node(&self) -> &E {
        match self {
            TreeOp::Move(node, _, _) | TreeOp::Delete(node) => node,
        }
    }
}

/// Whoever moves a node sees it at its new place, and whoever deletes one does not see it.
fn there_or_gone<E: PartialEq + Debug>(op: &TreeOp<E>, after: &[Branch<E>]) -> Result<(), String> {
    let at = after.iter().position(|branch| branch.node == *op.node());
    match (op, at) {
        (TreeOp::Delete(_), None) => Ok(()),
        (TreeOp::Delete(node), Some(_)) => Err(format!("{node:?} was deleted and is still shown")),
        (TreeOp::Move(node, ..), None) => Err(format!("{node:?} was moved and is not shown")),
        (TreeOp::Move(node, parent, position), Some(at)) => {
            let Branch { depth, position: shown, .. } = after[at];
            let above = after[..at].iter().rfind(|branch| branch.depth < depth).map(|branch| &branch.node);
            let wanted = match parent {
                Parent::Root => None,
                Parent::Node(parent) => Some(parent),
            };
            if (above, shown) == (wanted, *position) {
                return Ok(());
            }
            let under = |parent: Option<&E>| parent.map_or("the root".to_owned(), |parent| format!("{parent:?}"));
            Err(format!(
                "{node:?} was moved under {} at {position} and is shown under {} at {shown}",
                under(wanted),
                under(above)
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{shown, story};
    use super::*;
    use crate::base::Identity;

    fn under(node: char, parent: char) -> TreeOp<char> {
        TreeOp::Move(node, Parent::Node(parent), 0)
    }

    fn top(node: char, position: i64) -> TreeOp<char> {
        TreeOp::Move(node, Parent::Root, position)
    }

    /// A node for each line, indented by its depth.
    fn text(view: &[Branch<char>]) -> String {
        view.iter()
            .map(|branch| format!("{}{}", ".".repeat(branch.depth as usize), branch.node))
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// What these moves come to after a, b and c were put below the root, which each of them saw. Stamps are in
    /// the order of telling.
    fn check(told: &[(&'static str, TreeOp<char>, &'static str)], expected: &str) {
        let abc = [("1", top('a', 1), ""), ("2", top('b', 2), "1"), ("3", top('c', 3), "1 2")];
        assert_eq!(text(&shown(&tree(), abc.into_iter().chain(told.iter().cloned()))), expected);
    }

    const ABC: &str = "1 2 3";

    #[test]
    fn of_two_moves_that_would_make_a_cycle_the_later_one_is_skipped() {
        check(&[("m", under('a', 'b'), ABC), ("n", under('b', 'a'), ABC)], "b .a c");
        check(&[("m", under('b', 'a'), ABC), ("n", under('a', 'b'), ABC)], "a .b c");
        let ring = [("m", under('a', 'b'), ABC), ("n", under('b', 'c'), ABC), ("o", under('c', 'a'), ABC)];
        check(&ring, "c .b ..a");
    }

    #[test]
    fn of_two_moves_of_one_node_the_later_one_counts_and_nothing_is_there_twice() {
        check(&[("m", under('a', 'b'), ABC), ("n", under('a', 'c'), ABC)], "b c .a");
        check(&[("m", top('a', 9), ABC)], "b c a");
        check(&[("m", top('a', 2), ABC), ("n", top('d', 2), ABC)], "a b d c");
    }

    #[test]
    fn what_is_below_a_deleted_node_goes_and_comes_back_with_it() {
        let gone = |name, seen| (name, TreeOp::Delete('b'), seen);
        check(&[("m", under('a', 'b'), ABC), gone("d", ABC)], "c");
        check(&[gone("d", ABC), ("m", under('a', 'b'), ABC)], "c");
        check(&[("m", under('a', 'b'), ABC), gone("d", ABC), ("n", top('b', 0), ABC)], "b .a c");
        check(&[("m", under('a', 'b'), ABC), gone("d", ABC), ("n", under('a', 'c'), ABC)], "c .a");
    }

    #[test]
    fn what_its_writer_would_see_make_a_cycle_is_refused() {
        let told = [
            ("1", top('a', 1), ""),
            ("2", under('b', 'a'), "1"),
            ("3", top('c', 3), "1 2"),
            ("4", TreeOp::Delete('c'), "3"),
        ];
        let (history, known) = story(told);
        let refused = |op| tree().refuses(&Visible::new(&history, &known), Identity(0), &op);
        for op in [under('a', 'a'), under('a', 'b'), under('a', 'c'), under('a', 'x'), TreeOp::Delete('c')] {
            assert_eq!(refused(op.clone()), Some(true), "{op:?}");
        }
        for op in [under('b', 'a'), under('c', 'b'), top('x', 0), TreeOp::Delete('a')] {
            assert_eq!(refused(op.clone()), Some(false), "{op:?}");
        }
    }

    #[test]
    fn a_writer_sees_a_node_where_it_moved_it() {
        let branch = |depth, position, node| Branch { depth, position, node };
        let after = vec![branch(0, 1, 'a'), branch(1, 0, 'b'), branch(0, 3, 'c')];
        let missing = |op| tree().intent(&Vec::new(), &op, &after).err().unwrap_or_default();
        assert_eq!([under('b', 'a'), top('c', 3), TreeOp::Delete('d')].map(missing), ["", "", ""]);
        let missing = |op| tree().intent(&Vec::new(), &op, &after).err().unwrap_or_default();
        assert_eq!(missing(under('b', 'c')), "'b' was moved under 'c' at 0 and is shown under 'a' at 0");
        assert_eq!(missing(top('c', 2)), "'c' was moved under the root at 2 and is shown under the root at 3");
        assert_eq!(missing(TreeOp::Delete('b')), "'b' was deleted and is still shown");
        assert_eq!(missing(top('d', 2)), "'d' was moved and is not shown");
    }
}
