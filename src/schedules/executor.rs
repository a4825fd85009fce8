//! Runs tasks when the script says so, in the order they were made.

use std::cell::RefCell;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Wake, Waker};

use any_spawner::{CustomExecutor, Executor, PinnedFuture, PinnedLocalFuture};

type Task = Pin<Box<dyn Future<Output = ()>>>;

thread_local! {
    static TASKS: RefCell<Vec<(Task, Arc<Awake>)>> = const { RefCell::new(Vec::new()) };
}

struct Awake(AtomicBool);

impl Wake for Awake {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct ByScript;

impl CustomExecutor for ByScript {
    fn spawn(&self, task: PinnedFuture<()>) {
        add(task);
    }

    fn spawn_local(&self, task: PinnedLocalFuture<()>) {
        add(task);
    }

    fn poll_local(&self) {
        turn();
    }
}

fn add(task: Task) {
    let awake = Arc::new(Awake(AtomicBool::new(true)));
    TASKS.with_borrow_mut(|tasks| tasks.push((task, awake)));
}

/// Has this thread's tasks run here. May be called again.
pub fn install() {
    // One for all threads; each has tasks of its own.
    let _ = Executor::init_custom_executor(ByScript);
}

/// Runs each task that has something to do once, and none that is made meanwhile. False if there
/// was nothing to do.
pub fn turn() -> bool {
    let tasks = TASKS.with_borrow_mut(mem::take);
    let mut busy = false;
    let mut pending = Vec::new();
    for (mut task, awake) in tasks {
        if awake.0.swap(false, Ordering::Relaxed) {
            busy = true;
            let waker = Waker::from(Arc::clone(&awake));
            if task
                .as_mut()
                .poll(&mut Context::from_waker(&waker))
                .is_ready()
            {
                continue;
            }
        }
        pending.push((task, awake));
    }
    TASKS.with_borrow_mut(|made| {
        pending.append(made);
        *made = pending;
    });
    busy
}

/// Runs until nothing has anything to do.
///
/// # Panics
///
/// If that does not come: something asks over and over.
pub fn settle() {
    for _ in 0..1_000 {
        if !turn() {
            return;
        }
    }
    panic!("the page never comes to rest");
}

/// Whatever was under way is gone, with its page.
pub fn end_page() {
    TASKS.take();
}
