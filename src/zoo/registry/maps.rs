//! Maps, trees and documents that can be asked for by name.

use crate::base::Lamport;
use crate::zoo::counter::PnCounter;
use crate::zoo::document::{ByIdentity, ByPath, Document, History};
use crate::zoo::map::{AddWins, Record, ResetMap, UpdateWinsMap};
use crate::zoo::tree::move_tree::MoveTree;

rows! {
    "map_with_reset_remove": ResetMap<String, AddWins<String>> = ResetMap::default(), [state deltas effects]
        "a map of sets in which a removal resets what it saw"
        "Removing a key drops what the remover saw below it, at any depth; what was done there meanwhile is left, and \
         alone. A key shows as long as it holds something. Values are those made of dots, such as sets, flags and such \
         maps. From *Delta State Replicated Data Types* (2018).";
    "map_with_update_wins": UpdateWinsMap<String, PnCounter> = UpdateWinsMap::default(), [state deltas effects]
        "a map of counters in which a removal hides a key and keeps its content"
        "A key shows when some update of it was seen by no removal. An update beside a removal keeps the key, and one \
         after a removal shows the old content again, with all it had. So values may be of any type, also those that \
         cannot be reset.";
    "record": Record<String, String, Lamport> = Record::default(), [state deltas effects rows]
        "a record in which each field keeps its last write"
        "Of two writes to one field the one with the larger Lamport stamp stays; writes to different fields never meet, \
         where a register for the whole record would lose one of the two. After *A Comprehensive Study of Convergent \
         and Commutative Replicated Data Types* (2011).";
    "tree": MoveTree<char> = MoveTree::new(), [state deltas effects rows]
        "a tree in which nodes move, and never make a cycle"
        "Every move bears a Lamport stamp and stays in a log sorted by it. One that comes late is put in its place: \
         later moves are undone, it is carried out or skipped where it would make a cycle, and they are done again. So \
         all replicas with the same moves carry out the same of them. Deleting is a move under a bin. From *A \
         highly-available move operation for replicated trees* (2022).";
    "document_by_path": History<ByPath> = History::default(), [state deltas rows]
        "a JSON document in which what is written at one path belongs together"
        "Operations name a path of keys and element identities. A deletion or an assignment cancels what it saw at its \
         path and below; whatever was written there meanwhile stays, also of another kind. An element deleted beside an \
         edit inside it comes back with that edit alone. The state is the set of all changes. After *A Conflict-Free \
         Replicated JSON Datatype* (2017).";
    "document_by_path_of_effects": Document<ByPath> = Document::default(), [effects]
        "the same document, kept in step by its operations alone"
        "As `document_by_path`, without the set of all changes: what an operation did is kept and its name is not, so \
         that it needs each operation once, in causal order, and has no state that could be merged.";
    "document_by_identity": History<ByIdentity> = History::default(), [state deltas rows]
        "a JSON document in which an object is itself, wherever it stands"
        "Putting an object, an array, a text or a counter somewhere makes a new one. A key shows the put with the \
         largest stamp, and the others are its conflicts; two objects put at one key do not mix. An edit inside a \
         deleted object is kept and not shown. So do today's document libraries. After *OpSets: Sequential \
         Specifications for Replicated Datatypes* (2018).";
    "document_by_identity_of_effects": Document<ByIdentity> = Document::default(), [effects]
        "the same document, kept in step by its operations alone"
        "As `document_by_identity`, without the set of all changes: it needs each operation once, in causal order, and \
         has no state that could be merged.";
}
