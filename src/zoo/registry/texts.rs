//! Sequences that can be asked for by name.

use crate::zoo::text::woot::{CountFirst, SiteFirst, Woot};
use crate::zoo::text::{
    fugue::Fugue, fugue_max::FugueMax, logoot::Logoot, lseq::Lseq, rga::Rga, rich::RichText, yata::Yata,
};

rows! {
    "rga": Rga<char> = Rga::new(), [state deltas effects]
        "a text in which the newest of several insertions at one place comes first"
        "An element is linked to the one before it and stamped by Lamport's clock; those linked to one element stand \
         behind it, newest first. Words typed forwards stay whole; words typed backwards at one place by two writers \
         take letters in turn. From *Replicated abstract data types: Building blocks for collaborative applications* \
         (2011).";
    "yata": Yata<char> = Yata::new(), [state deltas effects]
        "a text in which an insertion keeps between its two neighbours"
        "An element is linked to both neighbours; where others were inserted between the same two, it passes those of \
         smaller identities and what belongs to them. A word that one writer types stays whole, in either direction. \
         From *Near Real-Time Peer-to-Peer Shared Editing on Extensible Data Types* (2016), with the rule for conflicts \
         of the library Yjs.";
    "fugue": Fugue<char> = Fugue::new(), [state deltas effects]
        "a text in which what was typed in one go stays in one piece"
        "The elements form a tree: what is typed forwards or backwards is a branch of its own, and branches do not mix. \
         From *The Art of the Fugue: Minimizing Interleaving in Collaborative Text Editing* (2025).";
    "fugue_max": FugueMax<char> = FugueMax::new(), [state deltas effects]
        "Fugue without the last mixing that could be avoided"
        "The tree of `fugue`, but right children of one parent are sorted by what stood to their right, the farthest \
         first. It is the only order that keeps what its paper calls maximal non-interleaving. From *The Art of the \
         Fugue: Minimizing Interleaving in Collaborative Text Editing* (2025).";
    "woot_by_site": Woot<char, SiteFirst> = Woot::new(), [state deltas effects]
        "WOOT, with identifiers in the order of writers"
        "An element says between which two its writer put it. Where it comes upon others in the same gap, it finds its \
         place among those that are linked to none of them, sorted by identifier. By writer first, what one writer types \
         in one go stays together. From *Data consistency for P2P collaborative editing* (2006).";
    "woot_by_count": Woot<char, CountFirst> = Woot::new(), [state deltas effects]
        "WOOT, with identifiers in the order of counts"
        "As `woot_by_site`, with the other order of identifiers that its paper leaves open: two words typed forwards at \
         one place take letters in turn.";
    "logoot": Logoot<char> = Logoot::new(), [state deltas effects]
        "a text in which every element has a position, a list of digits"
        "Positions are dense: between any two there is room for another, if need be by one more digit. No tombstones, \
         and positions that grow where much is typed at one place; words of two writers may mix. From *Logoot: a \
         scalable optimistic replication algorithm for collaborative editing on P2P networks* (2009).";
    "lseq": Lseq<char> = Lseq::new(), [state deltas effects]
        "a text of positions whose digits have ever more room"
        "As `logoot`, but each further digit has twice the base of the one before it, and new positions are reckoned up \
         or down from a neighbour depending on their depth, so that they stay short whichever way one types. From \
         *LSEQ: an adaptive structure for sequences in distributed collaborative editing* (2013).";
    "rich_text": RichText<char> = RichText::new(), [state deltas effects]
        "a text with marks, such as bold, links and comments"
        "The characters are a list as RGA keeps it, and a mark holds on to a character at each end: bold grows when one \
         types at its end, a link does not. Of marks of one kind on a character the one with the largest stamp counts; \
         each comment is a kind of its own. From *Peritext: A CRDT for Collaborative Rich Text Editing* (2022).";
}
