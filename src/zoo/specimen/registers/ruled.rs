//! Last-writer-wins registers with a rule of their own: how a write is stamped, and which of two writes stays.

use std::fmt::Debug;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Small, Write};
use crate::base::Stamp;
use crate::replica::Site;

/// The rule.
pub(super) trait Rule: Clone + Debug + 'static {
    /// What a write is stamped with.
    type Stamp: Copy + Debug + Ord + Into<Stamp> + Serialize + DeserializeOwned;

    /// The stamp of a write here, by one who has given this one last, and keeps a write with that one.
    fn stamp(own: Option<Self::Stamp>, current: Option<Self::Stamp>, site: Site) -> Self::Stamp;

    /// Whether a write replaces the one that is kept.
    fn replaces(news: &Self::Stamp, current: &Self::Stamp) -> bool {
        news > current
    }
}

/// A register with such a rule.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) struct Ruled<R: Rule> {
    current: Option<Write<R::Stamp>>,
    own: Option<R::Stamp>,
    rule: PhantomData<R>,
}

impl<R: Rule> Default for Ruled<R> {
    fn default() -> Self {
        Ruled { current: None, own: None, rule: PhantomData }
    }
}

impl<R: Rule> Ruled<R> {
    fn take(&mut self, news: &Write<R::Stamp>) {
        if self.current.as_ref().is_none_or(|current| R::replaces(&news.stamp, &current.stamp)) {
            self.current = Some(news.clone());
        }
    }
}

impl<R: Rule> Small for Ruled<R> {
    type Stamp = R::Stamp;

    fn current(&self) -> Option<&Write<R::Stamp>> {
        self.current.as_ref()
    }

    fn write(&mut self, value: &str, site: Site) {
        let stamp = R::stamp(self.own, self.current.as_ref().map(|write| write.stamp), site);
        self.own = Some(stamp);
        self.take(&Write { stamp, value: value.to_owned() });
    }

    fn merge(&mut self, other: &Self) {
        if let Some(news) = &other.current {
            self.take(news);
        }
    }

    fn reported(&self) -> Option<Stamp> {
        self.own.map(Into::into)
    }
}
