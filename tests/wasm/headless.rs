//! Thumbs of an app's own, in a page.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use workflowai_feedback::delivery::{Echo, Field, Notice, Reply};
use workflowai_feedback::transport::{Request, Response, Sending, Transport};
use workflowai_feedback::{FeedbackEvent, Outcome, UseFeedbackOptions, use_feedback};

use crate::component::{place, settled};

thread_local! {
    static SENT: RefCell<Vec<Request>> = const { RefCell::new(Vec::new()) };
}

/// Proves every press.
struct Proving;

impl Transport for Proving {
    fn send(&self, request: Request) -> Sending {
        let intent = &request.intent;
        let reply = Reply {
            has_id: true,
            outcome: intent.outcome.map_or(Field::Null, Field::Value),
            intent: Some(Echo {
                client: intent.client.clone(),
                sequence: intent.sequence,
            }),
            ..Reply::default()
        };
        SENT.with_borrow_mut(|sent| sent.push(request));
        Box::pin(async {
            Ok(Response {
                status: 200,
                reply: Some(reply),
                ..Response::default()
            })
        })
    }
}

#[wasm_bindgen_test]
async fn it_follows_the_token_votes_through_the_app_s_transport_and_says_so() {
    let token = RwSignal::new(None::<String>);
    let heard = Rc::new(RefCell::new(Vec::new()));
    let made = Rc::new(Cell::new(None));
    let mounted = mount_to(place(), {
        let (heard, made) = (Rc::clone(&heard), Rc::clone(&made));
        move || {
            made.set(Some(use_feedback(
                UseFeedbackOptions::default()
                    .feedback_token(token)
                    .user_id("headless")
                    .api_url("https://receiver.invalid/base/")
                    .outcome(Outcome::Negative)
                    .transport(|| Rc::new(Proving))
                    .on_event(move |event| {
                        if let FeedbackEvent::Notice(Notice::Sent, intent, _) = event {
                            heard.borrow_mut().push(intent.outcome);
                        }
                        true
                    }),
            )));
        }
    });
    let feedback = made.take().expect("mounted");
    assert_eq!(
        feedback.outcome(),
        Some(Outcome::Negative),
        "known at once, as on a server"
    );
    settled().await;
    feedback.vote(Outcome::Positive, None, Vec::new());
    settled().await;
    assert_eq!(
        feedback.outcome(),
        Some(Outcome::Negative),
        "no token, no vote"
    );

    token.set(Some("headless token".to_owned()));
    feedback.set_comment("Right on time".to_owned());
    settled().await;
    feedback.vote(
        Outcome::Positive,
        Some("Right on time".to_owned()),
        Vec::new(),
    );
    settled().await;
    assert_eq!(feedback.outcome(), Some(Outcome::Positive));
    assert_eq!(feedback.status().as_str(), "sent");
    assert_eq!(*heard.borrow(), [Some(Outcome::Positive)]);
    SENT.with_borrow(|sent| {
        let [request] = &sent[..] else {
            panic!("sent {} times", sent.len())
        };
        assert_eq!(request.key.endpoint, "https://receiver.invalid/base");
        assert_eq!(request.key.token, "headless token");
        assert_eq!(request.key.user, "headless");
        assert_eq!(request.intent.comment.as_deref(), Some("Right on time"));
    });

    token.set(Some("token of another answer".to_owned()));
    settled().await;
    assert_eq!(feedback.comment(), "", "it was about another answer");
    drop(mounted);
    assert_eq!(feedback.outcome(), None, "gone with its owner");
}
