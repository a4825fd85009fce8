//! How much of everything there may be.

use std::num::NonZeroU32;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use workflowai_feedback_protocol::token::Claims;
use workflowai_feedback_server::Scope;

use crate::http::Answer;
use crate::receiver::{Running, claims, start_with};
use crate::server::Server;

async fn vote(server: &Running, token: &str, user: Option<&str>) -> Answer {
    let body = json!({ "feedback_token": token, "outcome": "positive", "user_id": user });
    server.post("/v1/feedback", body).await
}

#[tokio::test]
async fn unbound_tokens_name_so_many_users_of_a_run_and_lock_nobody_out() {
    let server = start_with(|config| config.users_per_run = 3).await;
    let token = server.token("run-1").await;
    for user in ["a", "b", "c"] {
        vote(&server, &token, Some(user)).await.ok();
    }
    vote(&server, &token, Some("d"))
        .await
        .fails(403, "user_limit_reached");
    let intent = json!({ "client": "x", "sequence": 1, "age": 0 });
    let retract = json!({ "feedback_token": token, "user_id": "d", "intent": intent });
    let refused = server.post("/v1/feedback/retract", retract).await;
    refused.fails(403, "user_limit_reached");
    // Who is there changes the vote, takes it back and votes again.
    vote(&server, &token, Some("b")).await.ok();
    let retract = json!({ "feedback_token": token, "user_id": "a" });
    server.post("/v1/feedback/retract", retract).await.ok();
    vote(&server, &token, Some("a")).await.ok();
    vote(&server, &token, Some("d"))
        .await
        .fails(403, "user_limit_reached");
    // So do those who name nobody, those whose token is bound, and other runs.
    vote(&server, &token, None).await.ok();
    for user in ["e", "f", "g", "h"] {
        let bound = Claims {
            user: Some(user.into()),
            ..claims("run-1")
        };
        vote(&server, &server.mint(&bound).await, None).await.ok();
    }
    // A user made by a bound token is there for unbound ones too.
    vote(&server, &token, Some("e")).await.ok();
    vote(&server, &server.token("run-2").await, Some("d"))
        .await
        .ok();
}

#[tokio::test]
async fn writes_at_the_limit_in_one_group_do_not_pass_it() {
    let server = start_with(|config| config.users_per_run = 5).await;
    let token = server.token("run-1").await;
    let votes = (0..40).map(|user| {
        let body = json!({
            "feedback_token": token, "outcome": "negative", "user_id": user.to_string(),
        });
        let request = server.request("POST", "/v1/feedback").json(&body);
        tokio::spawn(request.send())
    });
    let mut stored = 0;
    for vote in votes.collect::<Vec<_>>() {
        let answer = vote.await.expect("an answer");
        if answer.status == 200 {
            stored += 1;
        } else {
            answer.fails(403, "user_limit_reached");
        }
    }
    assert_eq!(stored, 5);
    assert_eq!(server.listed().await.len(), 5);
}

#[tokio::test]
async fn a_token_lasts_no_longer_than_the_longest() {
    let server = start_with(|config| config.max_expires_in = Some(3_600)).await;
    let key = server.receiver.new_api_key("default", &[Scope::Mint]).await;
    let key = format!("Bearer {}", key.expect("a key"));
    let mint = |body: Value| {
        let path = "/v1/_/agents/a/runs/r/feedback_token";
        let request = server.request("POST", path).header("authorization", &key);
        request.json(&body).send()
    };
    let refused = mint(json!({ "expires_in": 3_601 })).await;
    refused.fails(422, "invalid_request");
    assert!(refused.message().starts_with("expires_in:"));
    for body in [json!({}), json!({ "expires_in": 3_600 })] {
        let token = mint(body).await.ok();
        let token = token["feedback_token"].as_str().expect("a token");
        let read = server.receiver.inspect(token).await.expect("a database");
        let (_, claims) = read.expect("a good token");
        let now = std::time::UNIX_EPOCH.elapsed().expect("a time").as_secs();
        let left = claims.expires_at.expect("an end") - i64::try_from(now).expect("small");
        assert!((3_500..=3_600).contains(&left), "{left}");
    }
}

#[tokio::test]
async fn signing_in_is_tried_five_times_a_minute_whatever_else_is_switched_off() {
    let server = start_with(|config| config.total_rate_limit = None).await;
    let link = server.receiver.dashboard_link("").await.expect("a link");
    let enter = |code: &str| {
        let request = server.request("POST", "/dashboard/sign-in");
        request.form(&[("code", code)]).send()
    };
    for _ in 0..5 {
        assert_eq!(enter("a guess").await.status, 403);
    }
    let refused = enter(&link).await;
    refused.fails(429, "rate_limited");
    let wait: u64 = refused.header("retry-after").parse().expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
}

#[tokio::test]
async fn attempts_to_sign_in_and_calls_at_once_are_as_many_as_is_set() {
    let many = NonZeroU32::new(2).expect("not zero");
    let server = start_with(|config| config.sign_in_limit = many).await;
    let enter = || {
        let request = server.request("POST", "/dashboard/sign-in");
        request.form(&[("code", "a guess")]).send()
    };
    for status in [403, 403, 429] {
        assert_eq!(enter().await.status, status);
    }
    let server = start_with(|config| {
        (config.rate_limit, config.rate_burst) = (Some(1), NonZeroU32::new(1_000));
    })
    .await;
    let body = json!({ "feedback_token": "junk", "outcome": "positive" });
    // More than ten seconds' worth, and faster than in seconds.
    for _ in 0..200 {
        let refused = server.post("/v1/feedback", body.clone()).await;
        refused.fails(400, "invalid_feedback_token");
    }
}

#[tokio::test]
async fn a_body_that_takes_too_long_is_given_up() {
    let server = start_with(|config| config.body_timeout = Duration::from_millis(20)).await;
    for path in ["/v1/feedback", "/v1/feedback/lookup"] {
        let mut stream = TcpStream::connect(server.address).await.expect("a port");
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n\
             content-length: 100\r\nconnection: close\r\n\r\n{{"
        );
        stream.write_all(head.as_bytes()).await.expect("open");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(answer.contains("request_timeout"), "{answer}");
    }
}

/// Which of two connections the server closes first: one in the middle of headers, or one that says
/// nothing. Each time is another than the default, so that a flag that did nothing would turn them round.
#[tokio::test]
async fn connections_end_in_the_times_that_are_set() {
    let folder = tempfile::tempdir().expect("a folder");
    for (headers, idle, is_first) in [("1", "5", "GET / HTTP/1.1\r\n"), ("60", "2", "")] {
        let times = ["--header-timeout", headers, "--idle-timeout", idle];
        let server = Server::start(folder.path(), &times);
        let mut calls = JoinSet::new();
        for begun in ["", "GET / HTTP/1.1\r\n"] {
            let mut stream = TcpStream::connect(server.address).await.expect("a port");
            stream.write_all(begun.as_bytes()).await.expect("open");
            calls.spawn(async move {
                // It may be closed in the hard way.
                let _ = stream.read_to_end(&mut Vec::new()).await;
                begun
            });
        }
        let first = calls.join_next().await.expect("one of them");
        assert_eq!(first.expect("no panic"), is_first, "{times:?}");
    }
}

#[tokio::test]
async fn so_many_connections_are_open_as_is_set() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--max-connections", "1"]);
    let request = b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n";
    let mut first = TcpStream::connect(server.address).await.expect("a port");
    let mut byte = [0];
    first.write_all(request).await.expect("open");
    first.read_exact(&mut byte).await.expect("an answer");
    let mut second = TcpStream::connect(server.address).await.expect("a port");
    second.write_all(request).await.expect("open");
    let early = tokio::time::timeout(Duration::from_millis(200), second.read(&mut byte)).await;
    assert!(early.is_err(), "it was answered");
    drop(first);
    second.read_exact(&mut byte).await.expect("an answer");
}

#[tokio::test]
async fn a_lookup_that_costs_more_than_may_come_at_once_is_answered_all_the_same() {
    let items = vec![json!({ "feedback_token": "junk" }); 100];
    for (by_address, in_all) in [(Some(1), None), (None, Some(5))] {
        let server = start_with(|config| {
            (config.rate_limit, config.total_rate_limit) = (by_address, in_all);
        })
        .await;
        let body = json!({ "items": items });
        server.post("/v1/feedback/lookup", body).await.ok();
    }
}

#[tokio::test]
async fn bodies_that_are_refused_count_and_preflights_do_not() {
    let large = "x".repeat(256 * 1024 + 1);
    for (path, kind, body, status) in [
        ("/v1/feedback", "text/plain", "{}", 415),
        ("/v1/feedback", "application/json", "{}", 422),
        ("/v1/feedback", "application/json", large.as_str(), 413),
        ("/v1/feedback/retract", "text/plain", "{}", 415),
        ("/v1/feedback/lookup", "application/json", "{", 422),
    ] {
        let server = start_with(|config| config.rate_limit = Some(1)).await;
        for _ in 0..100 {
            let preflight = server.request("OPTIONS", path);
            let preflight = preflight
                .header("origin", "https://example.com")
                .header("access-control-request-method", "POST");
            assert_eq!(preflight.send().await.status, 200);
        }
        let send = || {
            server
                .request("POST", path)
                .body(kind, body.to_owned())
                .send()
        };
        assert_eq!(send().await.status, status, "{path} {kind}");
        let mut refused = false;
        // However slow the machine, calls come faster than one a second.
        for _ in 0..1_000 {
            refused = send().await.status == 429;
            if refused {
                break;
            }
        }
        assert!(refused, "{path} {status}");
    }
}

#[tokio::test]
async fn whoever_is_over_the_limit_is_told_before_the_body_comes() {
    let server = start_with(|config| config.rate_limit = Some(1)).await;
    for path in [
        "/v1/feedback",
        "/v1/feedback/retract",
        "/v1/feedback/lookup",
    ] {
        let mut calls = JoinSet::new();
        for _ in 0..40 {
            let address = server.address;
            calls.spawn(async move {
                let mut stream = TcpStream::connect(address).await.expect("a connection");
                let head = format!(
                    "POST {path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n\
                     content-length: 100\r\n\r\n"
                );
                stream.write_all(head.as_bytes()).await.expect("open");
                let mut answer = [0; 12];
                stream.read_exact(&mut answer).await.expect("an answer");
                String::from_utf8_lossy(&answer).into_owned()
            });
        }
        // The others wait for the rest.
        let first = calls.join_next().await.expect("a call").expect("no panic");
        assert_eq!(first, "HTTP/1.1 429", "{path}");
    }
}
