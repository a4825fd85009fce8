//! Traces reach a collector, and nothing of anybody is in them.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use serde_json::json;

use crate::receiver::serve;
use crate::server::{Server, command, line, run};

/// What a collector was sent: bodies, and the headers of the last.
#[derive(Clone, Default)]
struct Collected(Arc<Mutex<(Vec<u8>, HeaderMap)>>);

async fn take(State(collected): State<Collected>, headers: HeaderMap, body: Bytes) {
    let mut all = collected.0.lock().expect("the bytes");
    all.0.extend_from_slice(&body);
    all.1 = headers;
}

impl Collected {
    /// A text stands in protobuf as it is.
    fn has(&self, text: &[u8]) -> bool {
        let all = self.0.lock().expect("the bytes");
        all.0.windows(text.len()).any(|window| window == text)
    }

    fn header(&self, name: &str) -> String {
        let all = self.0.lock().expect("the headers");
        let value = all.1.get(name).expect("a header");
        value.to_str().expect("a text").to_owned()
    }
}

/// A collector on a free port.
async fn collector() -> (Collected, String) {
    let collected = Collected::default();
    let router = Router::new().route("/v1/traces", post(take));
    let address = serve(router.with_state(collected.clone())).await;
    (collected, format!("http://{address}"))
}

const ROUTE: &str = "/v1/{tenant}/agents/{agent_id}/feedback";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// What two requests leave at a collector. Each holds what must not get there.
async fn traced(hops: &str, settings: &[(&str, &str)]) -> Collected {
    let (collected, endpoint) = collector().await;
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--trusted-hops", hops];
    let mut command = command(folder.path(), &arguments);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint);
    let server = Server::start_command(command.envs(settings.iter().copied()));
    let mint = ["token", "mint", "--agent", "secret-agent", "--run", "r"];
    let token = line(folder.path(), &mint);
    let parent = format!("00-{TRACE}-00f067aa0ba902b7-01");
    let body = json!({ "feedback_token": token, "outcome": "positive", "comment": "secret words",
        "user_id": "secret-user" });
    let vote = server.request("POST", "/v1/feedback").json(&body);
    let vote = vote.header("traceparent", &parent);
    let vote = vote.header("x-forwarded-for", "203.0.113.77");
    vote.send().await.ok();
    let list = server.request("GET", "/v1/_/agents/secret-agent/feedback?q=secret");
    let list = list.header("authorization", "Bearer secret-key");
    list.send().await.fails(401, "invalid_api_key");
    // What waits is sent before it ends.
    let begun = Instant::now();
    assert!(server.stop());
    assert!(begun.elapsed() < Duration::from_secs(20), "it ends soon");
    for private in ["secret", &token, "127.0.0.1", "203.0.113.77"] {
        assert!(!collected.has(private.as_bytes()), "{private}");
    }
    collected
}

fn trace_id() -> Vec<u8> {
    let byte = |at: usize| u8::from_str_radix(&TRACE[at..at + 2], 16).expect("hex");
    (0..TRACE.len()).step_by(2).map(byte).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_traced_by_route_and_status_without_their_content() {
    let collected = traced("1", &[("OTEL_EXPORTER_OTLP_HEADERS", "x-team=feedback")]).await;
    let list = format!("GET {ROUTE}");
    for text in [
        "POST /v1/feedback",
        &list,
        "http.response.status_code",
        "request_id",
        "commit",
        "workflowai-feedback-server",
    ] {
        assert!(collected.has(text.as_bytes()), "{text}");
    }
    assert!(collected.has(&trace_id()), "the span of the proxy is above");
    assert_eq!(collected.header("content-type"), "application/x-protobuf");
    assert_eq!(collected.header("x-team"), "feedback");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_no_trusted_proxy_names_no_trace_and_the_environment_names_the_service() {
    let collected = traced("0", &[("OTEL_SERVICE_NAME", "votes")]).await;
    assert!(collected.has(b"POST /v1/feedback"));
    assert!(collected.has(b"votes"));
    assert!(!collected.has(b"unknown_service"));
    assert!(!collected.has(&trace_id()));
}

#[tokio::test(flavor = "multi_thread")]
async fn traces_can_be_switched_off() {
    for off in [
        ("OTEL_SDK_DISABLED", "true"),
        ("OTEL_TRACES_EXPORTER", "none"),
    ] {
        let collected = traced("0", &[off]).await;
        assert!(collected.0.lock().expect("the bytes").0.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn votes_are_taken_while_the_collector_is_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = command(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    // Nobody listens on the port that asks for none.
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:0");
    let server = Server::start_command(&mut command);
    let token = server.voted(folder.path()).await;
    assert_eq!(server.outcome(&token).await["outcome"], "positive");
    assert!(server.stop());
}

#[test]
fn a_protocol_that_is_not_spoken_is_refused_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = command(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317");
    command.env("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
    let output = command.output().expect("the binary");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(said.contains("http/protobuf"), "{said}");
    // Other commands send no traces.
    let mint = ["token", "mint", "--agent", "a", "--run", "r"];
    assert!(run(folder.path(), &mint).status.success());
}
