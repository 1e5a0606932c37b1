//! Panics of code under test: caught, told as findings, and not printed as accidents.

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    static CATCHING: Cell<bool> = const { Cell::new(false) };
}

/// Runs code under test, and gives its words where it panics. Whatever it borrowed is in an unknown state then.
pub(super) fn caught<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    let before = CATCHING.replace(true);
    let ran = catch_unwind(AssertUnwindSafe(run));
    CATCHING.set(before);
    ran.map_err(|panic| words(&*panic))
}

/// What a panic said.
fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without words".to_owned())
}

/// Keeps panics of code under test from being printed, in the whole process: each is told as a finding, and a
/// campaign may have thousands. All other panics are told as before.
pub fn hush() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !CATCHING.get() {
                usual(info);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_caught_with_its_words() {
        hush();
        assert_eq!(caught(|| 3), Ok(3));
        assert_eq!(caught(|| -> u8 { panic!("stock of {}", -1) }), Err("stock of -1".to_owned()));
        assert_eq!(caught(|| -> u8 { panic!("stock") }), Err("stock".to_owned()));
        assert_eq!(caught(|| -> u8 { panic::panic_any(7) }), Err("without words".to_owned()));
        assert!(!CATCHING.get(), "what is done, is no longer under test");
    }
}
