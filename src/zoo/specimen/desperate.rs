//! Code that nobody survives who runs it: replicas that, back from a crash, hang, eat all memory, or take their
//! process down.
//!
//! They are there to try with what runs each seed in a process of its own, and in no list that others go through.

use crate::replica::Seat;
use crate::zoo::counter::GCounter;
use crate::zoo::sync::{FullState, Pace, Synced};
use crate::zoo::{AnySystem, Specified, System};

/// The system of this name, if there is one.
pub fn desperate(name: &str) -> Option<AnySystem> {
    let deed: fn() = match name {
        "never_returns" => || {
            loop {
                std::hint::spin_loop();
            }
        },
        "eats_memory" => || {
            let mut eaten: Vec<Vec<u8>> = Vec::new();
            loop {
                eaten.push(vec![1; 1 << 20]);
            }
        },
        "takes_the_process_down" => || std::process::abort(),
        _ => return None,
    };
    let make = move |seat: Seat, pace: Pace| {
        if seat.incarnation.0 > 0 {
            deed();
        }
        Synced::new(FullState::new(GCounter::new()), pace)
    };
    Some(System::made(GCounter::new().specification(), make).into())
}
