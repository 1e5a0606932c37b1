//! What a message says that it carries.

use super::Update;

/// Which updates ride in a message. The world stamps the message accordingly when it is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Carries {
    /// All that the sender knows, as in a full state.
    #[default]
    Everything,
    /// These, each in an envelope of its own.
    Updates(Vec<Update>),
    /// None, but what tells whether states are equal: a receiver may find that its own is the same as the sender's.
    Digest,
    /// None: a question, an acknowledgement.
    Nothing,
}
