//! The demo under Trunk: the same page, with the Leptos component in place of each element.

use gloo_net::http::Request;
use js_sys::{Array, JSON, Object, Reflect};
use leptos::portal::Portal;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use web_sys::Element;
use workflowai_feedback::{Comment, FeedbackButtons};

/// Where the tab keeps its visitor; `demo/tokens.js` uses the same.
const VISITOR: &str = "demo-visitor";

fn main() {
    leptos::mount::mount_to_body(Demo);
}

/// An answer of the transcript, and what its element was told by attributes.
#[derive(Clone)]
struct Answer {
    article: Element,
    run: String,
    /// Where the element was.
    place: Element,
    label: Option<String>,
    comment: Comment,
    reasons: Vec<String>,
    token: RwSignal<Option<String>>,
}

impl Answer {
    /// Takes the element out of an answer. None if the page is not the demo's.
    fn take(article: Element) -> Option<Self> {
        let element = article.query_selector("workflowai-feedback").ok()??;
        let place = document().create_element("div").ok()?;
        element.replace_with_with_node_1(&place).ok()?;
        Some(Self {
            run: article.get_attribute("data-run")?,
            article,
            place,
            label: element.get_attribute("label"),
            comment: match element.get_attribute("comment").as_deref() {
                Some("negative") => Comment::Negative,
                Some("off") => Comment::Off,
                _ => Comment::AfterVote,
            },
            reasons: element
                .get_attribute("reasons")
                .and_then(|json| JSON::parse(&json).ok())
                .map(|list| {
                    Array::from(&list)
                        .iter()
                        .filter_map(|reason| reason.as_string())
                        .collect()
                })
                .unwrap_or_default(),
            token: RwSignal::new(None),
        })
    }

    fn is_streaming(&self) -> bool {
        self.article.has_attribute("data-stream")
    }
}

#[component]
fn Demo() -> impl IntoView {
    let visitor = RwSignal::new(None);
    let answers: Vec<_> = articles().into_iter().filter_map(Answer::take).collect();
    let (streaming, complete): (Vec<_>, Vec<_>) =
        answers.iter().cloned().partition(Answer::is_streaming);
    spawn_local(hand_out_tokens(complete, visitor));
    // As with a real model, the token of a streamed answer comes with its last piece.
    for answer in streaming {
        let article = answer.article.clone();
        let hand_out =
            Closure::once_into_js(move || spawn_local(hand_out_tokens(vec![answer], visitor)));
        article
            .add_event_listener_with_callback("answer-complete", hand_out.unchecked_ref())
            .expect("an element takes listeners");
    }
    answers
        .into_iter()
        .map(|answer| {
            view! {
                <Portal mount=answer.place>
                    <FeedbackButtons
                        feedback_token=answer.token
                        user_id=visitor
                        label=answer.label.clone()
                        comment=answer.comment
                        reasons=answer.reasons.clone()
                        restore=true
                    />
                </Portal>
            }
        })
        .collect_view()
}

fn articles() -> Vec<Element> {
    let found = document()
        .query_selector_all("[data-run]")
        .expect("the selector is well-formed");
    (0..found.length())
        .filter_map(|index| found.item(index)?.dyn_into().ok())
        .collect()
}

async fn hand_out_tokens(answers: Vec<Answer>, visitor: RwSignal<Option<String>>) {
    match fetch_tokens(&answers, visitor).await {
        Ok(tokens) => {
            for answer in answers {
                answer.token.set(text(&tokens, &answer.run));
            }
        }
        Err(error) => {
            leptos::logging::error!("{error:?}");
            if let Some(notice) = document().get_element_by_id("notice") {
                notice.set_text_content(Some(
                    "The receiver did not answer, so the thumbs stay asleep. Is “cargo xtask \
                     start” running?",
                ));
            }
        }
    }
}

/// Fresh tokens by run, bound to this tab's visitor, who is kept for the session so that a reload
/// finds the votes again.
async fn fetch_tokens(
    answers: &[Answer],
    visitor: RwSignal<Option<String>>,
) -> Result<JsValue, JsValue> {
    let session = window().session_storage()?.ok_or("no session storage")?;
    let request = Object::new();
    let runs: Array = answers
        .iter()
        .map(|answer| JsValue::from_str(&answer.run))
        .collect();
    Reflect::set(&request, &"runs".into(), &runs)?;
    if let Some(visitor) = session.get_item(VISITOR)? {
        Reflect::set(&request, &"visitor".into(), &visitor.into())?;
    }
    let failed = |error: gloo_net::Error| JsValue::from_str(&error.to_string());
    let response = Request::post("/demo/tokens")
        .header("content-type", "application/json")
        .body(JSON::stringify(&request)?)
        .map_err(failed)?
        .send()
        .await
        .map_err(failed)?;
    let reply = JSON::parse(&response.text().await.map_err(failed)?)?;
    let named = text(&reply, "visitor").ok_or("the reply names no visitor")?;
    session.set_item(VISITOR, &named)?;
    visitor.set(Some(named));
    Reflect::get(&reply, &"tokens".into())
}

/// A text among an object's properties.
fn text(object: &JsValue, name: &str) -> Option<String> {
    Reflect::get(object, &name.into()).ok()?.as_string()
}
