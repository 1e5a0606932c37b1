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
    /// None: a question, a digest, an acknowledgement.
    Nothing,
}
