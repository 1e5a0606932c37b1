//! Jobs on several threads, and what comes of them in the order of the jobs.
//!
//! The law: what is handed on, and in which order, does not depend on how many threads there are.

use std::any::Any;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// Code under test may recurse; a thread of ours gives it as much room as a main thread has.
const STACK: usize = 8 << 20;

/// How many threads make sense here.
pub(super) fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Does `jobs` jobs on `threads` threads, hands what comes of each to `take`, in order, and has `attend` do what it
/// wants beside that until the flag that it is given says that all is done. No further job is begun once `take` wants
/// no more.
///
/// # Panics
/// Where a job does.
pub(super) fn work<T: Send>(
    threads: usize,
    jobs: usize,
    job: impl Fn(usize) -> T + Sync,
    mut take: impl FnMut(usize, T) -> ControlFlow<()>,
    attend: impl FnOnce(&AtomicBool) + Send,
) {
    let (next, enough, over) = (AtomicUsize::new(0), AtomicBool::new(false), AtomicBool::new(false));
    let (sender, receiver) = mpsc::channel();
    let (job, next, enough, over) = (&job, &next, &enough, &over);
    thread::scope(|scope| {
        let attendant = scope.spawn(|| attend(over));
        let worker = |sender: mpsc::Sender<(usize, T)>| {
            let work = move || loop {
                let nth = next.fetch_add(1, Ordering::Relaxed);
                if nth >= jobs || enough.load(Ordering::Relaxed) || sender.send((nth, job(nth))).is_err() {
                    break;
                }
            };
            thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work)
        };
        let mut failed: Option<Box<dyn Any + Send>> = None;
        let mut workers = Vec::new();
        for nth in 0..threads.clamp(1, jobs.max(1)) {
            match worker(sender.clone()) {
                Ok(worker) => workers.push(worker),
                // Fewer threads do it as well, if there is one.
                Err(error) if nth == 0 => failed = Some(Box::new(format!("no thread can be started: {error}"))),
                Err(_) => break,
            }
        }
        drop(sender);
        let (mut early, mut turn) = (BTreeMap::new(), 0);
        for (nth, done) in receiver {
            early.insert(nth, done);
            while let Some(done) = early.remove(&turn) {
                if !enough.load(Ordering::Relaxed) && take(turn, done).is_break() {
                    enough.store(true, Ordering::Relaxed);
                }
                turn += 1;
            }
        }
        for worker in workers {
            failed = worker.join().err().or(failed);
        }
        over.store(true, Ordering::Relaxed);
        attendant.thread().unpark();
        failed = attendant.join().err().or(failed);
        if let Some(panic) = failed {
            resume_unwind(panic);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of twenty jobs, of which the later ones are quicker, until one is enough.
    fn taken(threads: usize, enough: usize) -> Vec<usize> {
        let mut taken = Vec::new();
        let job = |nth: usize| {
            (nth..20).for_each(|_| thread::yield_now());
            nth * nth
        };
        let take = |nth: usize, square: usize| {
            assert_eq!(square, nth * nth);
            taken.push(nth);
            if nth + 1 == enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        work(threads, 20, job, take, |_| {});
        taken
    }

    #[test]
    fn what_comes_of_jobs_comes_in_their_order_whatever_the_threads() {
        for threads in [0, 1, 2, 3, 7, 40] {
            assert_eq!(taken(threads, 20), (0..20).collect::<Vec<_>>(), "{threads} threads");
            assert_eq!(taken(threads, 5), (0..5).collect::<Vec<_>>(), "{threads} threads");
        }
    }

    #[test]
    #[should_panic(expected = "job 3")]
    fn a_job_that_panics_is_not_lost() {
        let job = |nth: usize| assert!(nth != 3, "job {nth}");
        work(2, 5, job, |_, ()| ControlFlow::Continue(()), |_| {});
    }
}
