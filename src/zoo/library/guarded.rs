//! A document behind a guard: one that panics is never touched again, not even to be dropped.
//!
//! What a panic leaves behind may panic once more as it is dropped, or hold a lock that others wait for. The law: a
//! panic passes through the guard once, and the document stays where it is, in memory that is never given back.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Somebody else's document.
#[derive(Debug)]
pub struct Guarded<L>(RefCell<Option<L>>);

impl<L> Guarded<L> {
    /// One that is made now.
    pub fn new(document: L) -> Guarded<L> {
        Guarded(RefCell::new(Some(document)))
    }

    /// Calls the document.
    ///
    /// # Panics
    /// Where the document does; and where it did before, as there is nothing to call any more.
    pub fn call<T>(&self, call: impl FnOnce(&mut L) -> T) -> T {
        let mut place = self.0.borrow_mut();
        let document = place.as_mut().unwrap_or_else(|| panic!("a document that panicked is called again"));
        match catch_unwind(AssertUnwindSafe(|| call(document))) {
            Ok(came) => came,
            Err(panic) => {
                std::mem::forget(place.take());
                drop(place);
                resume_unwind(panic)
            }
        }
    }

    /// Puts another document in its place.
    pub fn replace(&self, document: L) {
        let former = self.0.replace(Some(document));
        // Whoever panics as it goes was through with its work.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(former)));
    }
}

impl<L> Drop for Guarded<L> {
    fn drop(&mut self) {
        let former = self.0.take();
        let _ = catch_unwind(AssertUnwindSafe(|| drop(former)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Touchy;

    impl Drop for Touchy {
        fn drop(&mut self) {
            panic!("once more");
        }
    }

    #[test]
    fn what_panics_again_as_it_is_dropped_is_not_dropped() {
        let guarded = Guarded::new(Touchy);
        let panic = catch_unwind(AssertUnwindSafe(|| guarded.call(|_| panic!("first")))).expect_err("it panics");
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"first"));
        drop(guarded);
    }
}
