//! Protocol types and JavaScript values.

use js_sys::JSON;
use wasm_bindgen_test::wasm_bindgen_test;
use workflowai_feedback::transport::{Request, body};
use workflowai_feedback::{Key, from_js, to_js};
use workflowai_feedback_protocol::{FeedbackReply, FeedbackRequest};

use crate::reading::read::intent;

#[wasm_bindgen_test]
fn the_request_the_widget_sends_is_the_protocol_s() {
    let key = Key {
        endpoint: String::new(),
        token: "token".to_owned(),
        user: String::new(),
    };
    let written = serde_json::json!({
        "outcome": "negative", "comment": "Too long", "reasons": ["Wrong"],
        "client": "client", "sequence": 1_700_000_000_123.0, "pressed": 0,
    });
    let sent = body(&Request::new(key, intent(&written), 7.0));
    let read: FeedbackRequest = from_js(sent.clone()).expect("a request");
    assert_eq!(read.user_id, None);
    assert_eq!(read.reasons.as_deref(), Some(&["Wrong".to_owned()][..]));
    let back: FeedbackRequest = from_js(to_js(&read).expect("a value")).expect("the same");
    assert_eq!(back, read);
}

#[wasm_bindgen_test]
fn a_reply_is_read_as_json_parse_gives_it() {
    let value = JSON::parse(
        r#"{"id":"1","outcome":"positive","comment":null,"user_id":null,"later":true}"#,
    )
    .expect("JSON");
    let reply: FeedbackReply = from_js(value).expect("a reply");
    assert_eq!(reply.comment, None);
    let error = from_js::<FeedbackReply>(JSON::parse("{}").expect("JSON")).expect_err("no id");
    assert!(error.to_string().contains("id"), "{error}");
}
