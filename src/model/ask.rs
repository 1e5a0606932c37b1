//! What clients ask of a replica that holds a data type, and what they are told.

use crate::base::Refused;

/// A request to a replica that holds a data type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask<O> {
    /// Carry out this operation.
    Do(O),
    /// Show the view.
    Read,
}

/// The answer to an [`Ask`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told<V> {
    /// The operation was carried out: it is an update.
    Done,
    /// The operation was refused: it is no update, and nothing changed.
    Refused(Refused),
    /// What a client looking now sees.
    Shown(V),
}

/// A request in which an operation of type `O` may be asked for.
pub trait Asks<O> {
    /// The operation, unless the request only reads.
    fn asks(&self) -> Option<&O>;
}

impl<O> Asks<O> for Ask<O> {
    #[inline]
    fn asks(&self) -> Option<&O> {
        match self {
            Ask::Do(op) => Some(op),
            Ask::Read => None,
        }
    }
}
