//! From an empty dashboard to the first vote.

use serde_json::json;

use super::{page, sign_in, vote};
use crate::receiver::{start, start_with};

fn token_in(text: &str) -> String {
    let token = text.split("feedback-token=\"").nth(1).expect("a token");
    token.split('"').next().expect("its end").to_owned()
}

#[tokio::test]
async fn the_token_on_the_page_casts_the_first_vote_and_the_page_shows_it() {
    let server = start_with(|config| config.require_bound_tokens = true).await;
    let cookie = sign_in(&server).await;
    let empty = page(&server, &cookie, "/dashboard").await.text();
    for shown in [
        "No votes yet",
        "my-agent",
        "FeedbackButtons",
        "Leptos",
        "curl",
    ] {
        assert!(empty.contains(shown), "no {shown} in {empty}");
    }
    let token = token_in(&empty);
    let body = json!({ "feedback_token": token, "outcome": "positive", "comment": "It works" });
    server.post("/v1/feedback", body.clone()).await.ok();
    let list = page(&server, &cookie, "/dashboard").await.text();
    assert!(
        list.contains("It works") && list.contains("1 vote<"),
        "{list}"
    );
    let start = page(&server, &cookie, "/dashboard/start").await.text();
    assert!(
        start.contains("It arrived") && start.contains("It works"),
        "{start}"
    );
    // Another press is the same person's vote on the same run.
    let again = json!({ "feedback_token": token_in(&start), "outcome": "negative" });
    server.post("/v1/feedback", again).await.ok();
    let list = page(&server, &cookie, "/dashboard").await.text();
    assert!(
        list.contains("1 vote<") && !list.contains("It works"),
        "{list}"
    );
}

#[tokio::test]
async fn snippets_name_the_public_address_and_never_the_host() {
    let url = "https://votes.example/path".parse().expect("an address");
    let server = start_with(|config| config.public_url = Some(url)).await;
    let link = server.receiver.dashboard_link("").await.expect("a link");
    let request = server.request("POST", "/dashboard/sign-in");
    let entered = request.form(&[("code", &link)]).send().await;
    let cookie = entered
        .header("set-cookie")
        .split(';')
        .next()
        .expect("one")
        .to_owned();
    let request = server
        .request("GET", "/dashboard")
        .header("cookie", &cookie);
    let text = request.header("host", "evil.example").send().await.text();
    assert!(
        text.contains("https://votes.example/path</span>/widget/latest"),
        "{text}"
    );
    assert!(!text.contains("evil.example"), "{text}");
}

#[tokio::test]
async fn whoever_may_only_read_gets_no_token() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    let mut database = server.database().await;
    sqlx::query("UPDATE roles SET role = 'viewer'")
        .execute(&mut database)
        .await
        .expect("a role");
    let text = page(&server, &cookie, "/dashboard").await.text();
    assert!(
        text.contains("take the role admin") && !text.contains("eyJ"),
        "{text}"
    );
}

#[tokio::test]
async fn only_the_page_with_the_widget_may_run_webassembly() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    let policy = |path| {
        let answer = page(&server, &cookie, path);
        async { answer.await.header("content-security-policy").to_owned() }
    };
    let empty = policy("/dashboard").await;
    assert!(
        empty.contains("'wasm-unsafe-eval'") && !empty.contains("unsafe-inline"),
        "{empty}"
    );
    vote(&server, "run-1", "positive", None).await;
    assert!(!policy("/dashboard").await.contains("unsafe"));
    assert!(
        policy("/dashboard/start")
            .await
            .contains("'wasm-unsafe-eval'")
    );
}
