//! Ctrl-C: the first one lets what is running come to its end and be reported, the second ends the program.

use std::io::{self, Write};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Exit;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Listens from now on.
pub(super) fn listen() {
    let heard = || {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            process::exit(i32::from(Exit::Interrupted.code()));
        }
        let words = "\ninterrupted: the seeds that are being run come to their end; once more ends it at once";
        let _ = writeln!(io::stderr(), "{words}");
    };
    // Where nobody can listen, Ctrl-C does what it does to any program.
    let _ = ctrlc::set_handler(heard);
}

/// Whether there was one.
pub(super) fn heard() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// What is set by one.
pub(super) fn flag() -> &'static AtomicBool {
    &INTERRUPTED
}
