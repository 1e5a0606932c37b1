//! The oracles: what watches a run and says what is wrong with it.
//!
//! A [`Judge`] keeps the [`Ledger`] of who knows what, from events alone, and asks each [`Check`]. A check
//! knows what clients can see and what the model specifies; it never sees how a system does what it does.

mod agreement;
pub mod causality;
mod creation;
mod delivered;
mod delivery;
mod durable;
mod effect;
mod equal;
mod errors;
mod grows;
mod judge;
mod laws;
mod ledger;
mod meets;
mod minds;
mod monotone;
mod names;
mod often;
mod order;
mod quiet;
mod refusals;
mod reload;
mod replay;
mod sec;
mod sessions;
mod settles;
mod stability;
mod stamps;
#[cfg(test)]
mod testing;
mod total;
mod trail;
mod violation;

mod words;

pub use agreement::Agreement;
pub use causality::Survey;
pub use creation::Creation;
pub use delivered::Delivered;
pub use delivery::Delivery;
pub use durable::Durable;
pub use effect::Effect;
pub use equal::Equal;
pub use errors::Errors;
pub use grows::Grows;
pub use judge::{About, Check, End, Found, Judge};
pub use laws::Laws;
pub use ledger::{Claim, Doing, Ledger, Straggler};
pub use meets::Meets;
pub use minds::{Mind, Minds, Shown};
pub use monotone::Monotone;
pub use often::Sampled;
pub use order::Order;
pub use quiet::Quiet;
pub use refusals::Refusals;
pub use reload::{Reload, Reloading};
pub use replay::Replay;
pub use sec::Sec;
pub use sessions::{Guarantee, Sessions};
pub use settles::Settles;
pub use stability::Stability;
pub use stamps::Stamps;
pub use total::Total;
pub use trail::Bond;
pub use violation::{Recall, Violation};

/// What can be told of each check.
pub const ALL: [&About; 29] = [
    &Creation::ABOUT,
    &Equal::ABOUT,
    &Sec::ABOUT,
    &Meets::ABOUT,
    &Effect::ABOUT,
    &Order::ABOUT,
    &Monotone::ABOUT,
    &Refusals::ABOUT,
    &Stamps::ABOUT,
    &Settles::ABOUT,
    &Laws::ABOUT,
    &Grows::ABOUT,
    &Durable::ABOUT,
    &Errors::ABOUT,
    &Reload::ABOUT,
    &Replay::ABOUT,
    &Stability::ABOUT,
    &Quiet::ABOUT,
    &Delivered::ABOUT,
    &Delivery::DUPLICATION,
    &Agreement::ABOUT,
    &Delivery::FIFO,
    &Delivery::CAUSAL,
    &Total::ABOUT,
    Guarantee::ReadYourWrites.about(),
    Guarantee::MonotonicReads.about(),
    Guarantee::MonotonicWrites.about(),
    Guarantee::WritesFollowReads.about(),
    Guarantee::ConsistentPrefix.about(),
];
