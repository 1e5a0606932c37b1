//! Composites that can be asked for by name: what applications are made of.

use crate::zoo::composite::{IncidentBoard, ShiftNotes, ShoppingCart, TaskBoard, UserProfile};

rows! {
    "shopping_cart": ShoppingCart = ShoppingCart::default(), [state deltas effects]
        "a shopping cart: lines with quantities that survive one another"
        "Lines, each with a counter made of dots. Taking a line out drops what the remover saw of it, so a removal \
         beside \"one more\" leaves one. A union that keeps the largest quantity can never count down, and a cart that \
         keeps its last write loses lines; this does neither. Two who each take the last one leave less than none. \
         Deleted items that come back are told of in *Dynamo: Amazon's Highly Available Key-value Store* (2007).";
    "task_board": TaskBoard = TaskBoard::default(), [state deltas effects]
        "a board of tasks, with a policy for each field"
        "An OR-Set of the tasks on it, and a record of their fields. A task created beside its removal stays; each \
         field keeps its last write, by Lamport stamps. A field changed beside the removal of its task is kept unseen, \
         and shows again if the task is created anew.";
    "shift_notes": ShiftNotes = ShiftNotes::default(), [state deltas effects]
        "the notes of a shift: fields, lists and lines"
        "A record of fields, a map of sets, and a sequence of lines in the order of an RGA. Clearing a list beside a \
         new entry leaves that entry. Handing over names who leads and puts them on duty, in one step.";
    "incident_board": IncidentBoard = IncidentBoard::default(), [state deltas effects]
        "the board of an incident: severity only rises, the log only grows"
        "A record of fields, the worst severity, an OR-Set of responders, and a log. Whoever joins beside being sent \
         away stays; nothing that was logged is ever lost. Escalating raises the severity and logs why, in one step.";
    "user_profile": UserProfile = UserProfile::default(), [state deltas effects]
        "a user's profile: fields, devices ever used, and tags"
        "Each field keeps its last write, so that a new name and a new address both stay; devices only become more; a \
         tag put on beside its removal stays. Signing in names a device and makes it the last one, in one step.";
}
