//! Threads that are given tasks one by one, and hand in what comes of them.
//!
//! Tasks travel in boxes, so that all of this is compiled once and not once for each family of systems. The law: who
//! is asked for something of another type than was sent answers as if there were no more.

use std::any::Any;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Scope;

type Boxed = Box<dyn Any + Send>;

/// The threads, as seen by whoever has tasks for them. They end when it is dropped.
pub(super) struct Workers {
    tasks: Sender<Boxed>,
    done: Receiver<Boxed>,
}

/// Where one of them takes tasks from, and leaves what comes of them.
pub(super) struct Bench {
    tasks: Arc<Mutex<Receiver<Boxed>>>,
    done: Sender<Boxed>,
}

/// What a thread does all its life.
pub(super) type Work<'scope> = Box<dyn FnOnce(&Bench) + Send + 'scope>;

impl Workers {
    /// So many, each of which does what is made for it.
    pub(super) fn hire<'scope>(
        scope: &'scope Scope<'scope, '_>,
        count: usize,
        work: &dyn Fn() -> Work<'scope>,
    ) -> Workers {
        let (tasks, waiting) = mpsc::channel();
        let (results, done) = mpsc::channel();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..count {
            let (work, bench) = (work(), Bench { tasks: Arc::clone(&waiting), done: results.clone() });
            scope.spawn(move || work(&bench));
        }
        Workers { tasks, done }
    }

    /// Gives a task to whoever is free first. Whether there is anybody.
    pub(super) fn give<T: Send + 'static>(&self, task: T) -> bool {
        self.tasks.send(Box::new(task)).is_ok()
    }

    /// What comes of the task that is done next, if any is under way.
    pub(super) fn done<D: 'static>(&self) -> Option<D> {
        unboxed(self.done.recv().ok()?)
    }
}

impl Bench {
    /// The next task, if there will be one.
    pub(super) fn next<T: 'static>(&self) -> Option<T> {
        let task = self.tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        unboxed(task.ok()?)
    }

    /// Leaves what came of a task. Whether anybody wants it.
    pub(super) fn leave<D: Send + 'static>(&self, done: D) -> bool {
        self.done.send(Box::new(done)).is_ok()
    }
}

fn unboxed<T: 'static>(thing: Boxed) -> Option<T> {
    thing.downcast().ok().map(|thing| *thing)
}
