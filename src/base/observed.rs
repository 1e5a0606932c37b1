//! What can be seen of a system from outside: what it is asked, what it answers, what it shows.

use std::fmt::Debug;

use super::{Canonical, Digest, Digester, Stamp, VersionVector};

/// A system whose clients ask for operations, get answers, and would be shown a view.
///
/// World and checks meet a system under test through this trait alone. A view is a function of the
/// updates that the system has taken in: its own identity, rights, clock and buffers are not part of it.
pub trait Observed {
    /// What a client can ask for.
    type Op: Clone + Debug;
    /// What a client can be told.
    type Answer: Clone + Debug;
    /// What a client reading now would be shown, in a canonical form.
    type View: Clone + Eq + Debug + Canonical;

    /// What a client reading here, now, would be shown.
    fn view(&self) -> Self::View;

    /// Feeds the view's canonical bytes. Worth overriding where the view need not be built for that.
    fn digest(&self, digester: &mut Digester) {
        self.view().feed(digester);
    }

    /// The stamp of its latest own update, of a system that arbitrates by stamps and reports them.
    fn latest_stamp(&self) -> Option<Stamp> {
        None
    }

    /// How many updates of each identity it holds to be known to every member, durably; of a system that
    /// keeps track of that.
    fn stable(&self) -> Option<VersionVector> {
        None
    }

    /// Whether this state and two others, reached by other replicas of the same run, keep the laws that their
    /// type claims, and if not, which is broken; none where it claims none.
    fn laws(&self, _others: [&Self; 2]) -> Option<Result<(), String>> {
        None
    }

    /// What tells this state from every other, of all that has to survive a restart, where that can be said.
    fn state(&self) -> Option<Digest> {
        None
    }

    /// What tells this state from those that are not equal to it: of two replicas with the same, neither has anything
    /// to tell the other.
    fn content(&self) -> Option<Digest> {
        self.state()
    }

    /// How many bytes the state takes, where that can be said.
    fn weight(&self) -> Option<u64> {
        None
    }

    /// What the code said it could not do, though it has to; of a system that hands somebody else's code what it asks
    /// for.
    fn complaint(&self) -> Option<&str> {
        None
    }
}
