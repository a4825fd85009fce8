//! What requests meet.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use crate::transport::{Request, Response, Sending, Transport, Unreachable};

/// What comes back.
pub type Answer = Result<Response, Unreachable>;

/// A request that waits for its answer.
pub struct Waiting {
    pub request: Request,
    slot: Rc<RefCell<Slot>>,
}

#[derive(Default)]
struct Slot {
    answer: Option<Answer>,
    waker: Option<Waker>,
}

impl Waiting {
    /// Answers it.
    pub fn answer(self, answer: Answer) {
        let waker = {
            let mut slot = self.slot.borrow_mut();
            slot.answer = Some(answer);
            slot.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// A transport whose requests wait until a script answers them.
#[derive(Clone, Default)]
pub struct Network(Rc<RefCell<VecDeque<Waiting>>>);

impl Network {
    /// The request that has waited longest.
    pub fn next(&self) -> Option<Waiting> {
        self.0.borrow_mut().pop_front()
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.0.borrow().len()
    }
}

impl Transport for Network {
    fn send(&self, request: Request) -> Sending {
        let slot = Rc::new(RefCell::new(Slot::default()));
        self.0.borrow_mut().push_back(Waiting {
            request,
            slot: Rc::clone(&slot),
        });
        Box::pin(poll_fn(move |context| {
            let mut slot = slot.borrow_mut();
            if let Some(answer) = slot.answer.take() {
                return Poll::Ready(answer);
            }
            slot.waker = Some(context.waker().clone());
            Poll::Pending
        }))
    }
}
