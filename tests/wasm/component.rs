//! The Leptos component, mounted in a page.

use js_sys::Promise;
use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, HtmlElement};
use workflowai_feedback::FeedbackButtons;

/// Effects run in microtasks.
pub async fn settled() {
    for _ in 0..5 {
        let turn = Promise::resolve(&wasm_bindgen::JsValue::NULL);
        JsFuture::from(turn).await.expect("a turn");
    }
}

pub fn place() -> HtmlElement {
    let document = web_sys::window()
        .and_then(|window| window.document())
        .expect("a page");
    let place = document.create_element("div").expect("an element");
    document
        .body()
        .expect("a body")
        .append_child(&place)
        .expect("appended");
    place.unchecked_into()
}

fn find(place: &HtmlElement, selector: &str) -> Element {
    place
        .query_selector(selector)
        .ok()
        .flatten()
        .expect(selector)
}

#[wasm_bindgen_test]
async fn the_thumbs_come_alive_with_the_token_and_a_press_is_kept_and_shown() {
    let place = place();
    let token = RwSignal::new(None::<String>);
    let mounted = mount_to(place.clone(), move || {
        view! {
            <FeedbackButtons
                feedback_token=token
                user_id=Some("component".to_owned())
                api_url=Some("https://receiver.invalid/base/".to_owned())
                label=Some("Feedback on answer 3".to_owned())
            />
        }
    });
    settled().await;
    let thumb = find(&place, "[value=positive]");
    let attribute = |name: &str| thumb.get_attribute(name).unwrap_or_default();
    assert_eq!(
        find(&place, "[role=group]")
            .get_attribute("aria-label")
            .as_deref(),
        Some("Feedback on answer 3")
    );
    assert_eq!(attribute("aria-disabled"), "true");
    thumb.unchecked_ref::<HtmlElement>().click();
    settled().await;
    assert_eq!(attribute("aria-pressed"), "false", "no token, no vote");

    token.set(Some("late token".to_owned()));
    settled().await;
    assert_eq!(attribute("aria-disabled"), "false");
    thumb.unchecked_ref::<HtmlElement>().click();
    let storage = web_sys::window()
        .and_then(|window| window.local_storage().ok().flatten())
        .expect("storage");
    let key = r#"workflowai-feedback:1:["https://receiver.invalid/base","late token","component"]"#;
    let record = storage
        .get_item(key)
        .ok()
        .flatten()
        .expect("kept in the press's own task");
    assert!(record.contains(r#""outcome":"positive""#), "{record}");
    settled().await;
    assert_eq!(attribute("aria-pressed"), "true");
    assert_eq!(
        find(&place, "[role=group]")
            .get_attribute("data-outcome")
            .as_deref(),
        Some("positive")
    );

    drop(mounted);
    assert!(
        place.child_element_count() == 0,
        "unmounting leaves nothing"
    );
    storage.remove_item(key).expect("removed");
}
