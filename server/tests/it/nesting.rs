//! The library inside another app.

use crate::http::Request;
use crate::receiver::{config, serve};
use serde_json::json;
use workflowai_feedback_server::Receiver;

#[tokio::test]
async fn it_nests_under_any_path_and_adds_nothing_outside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let receiver = Receiver::open(config(&folder)).await.expect("a receiver");
    let inner = receiver
        .public_router()
        .merge(receiver.api_router())
        .merge(receiver.dashboard_router())
        .merge(receiver.operations_router());
    let app = axum::Router::new()
        .nest("/tools/feedback", inner)
        .route("/", axum::routing::get(|| async { "the app" }));
    // Without the peer's address too: the app decides what it tells.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, app).await });
    let get = |path: &'static str| Request::new(address, "GET", path).send();
    let own = get("/").await;
    assert_eq!(own.text(), "the app");
    assert_eq!(
        own.headers.len(),
        3,
        "type, length and date: {:?}",
        own.headers
    );
    assert_eq!(get("/tools/feedback/healthz").await.status, 200);
    assert_eq!(get("/healthz").await.status, 404);
    let token = receiver
        .mint("default", &crate::receiver::claims("r"))
        .await;
    let token = token.expect("a database").expect("good claims");
    let body = json!({ "feedback_token": token, "outcome": "positive" });
    Request::new(address, "POST", "/tools/feedback/v1/feedback")
        .json(&body)
        .send()
        .await
        .ok();
    let inside = get("/tools/feedback/dashboard").await;
    assert_eq!(
        inside.header("location"),
        "/tools/feedback/dashboard/sign-in"
    );
    let page = get("/tools/feedback/dashboard/sign-in").await.text();
    assert!(
        page.contains(r#"action="/tools/feedback/dashboard/sign-in""#),
        "{page}"
    );
}

#[tokio::test]
async fn two_receivers_share_a_process() {
    let (first, second) = (
        tempfile::tempdir().expect("a"),
        tempfile::tempdir().expect("b"),
    );
    let first = Receiver::open(config(&first)).await.expect("a receiver");
    let second = Receiver::open(config(&second)).await.expect("a receiver");
    let claims = crate::receiver::claims("r");
    let token = first
        .mint("default", &claims)
        .await
        .expect("a database")
        .expect("good claims");
    let body = json!({ "feedback_token": token, "outcome": "positive" });
    let (first, second) = (serve(first.router()).await, serve(second.router()).await);
    Request::new(first, "POST", "/v1/feedback")
        .json(&body)
        .send()
        .await
        .ok();
    let refused = Request::new(second, "POST", "/v1/feedback")
        .json(&body)
        .send()
        .await;
    refused.fails(400, "invalid_feedback_token");
}
