//! Keys, retention, the tracing tool, erasure and saved views.

use serde_json::{Value, json};
use workflowai_feedback_server::Scope;

use super::team::post;
use super::{form_token, page, sign_in, vote};
use crate::http::Answer;
use crate::receiver::{Running, start, start_with};

/// Fills in and sends a form of somebody signed in.
async fn submit(server: &Running, cookie: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let token = form_token(server, cookie).await;
    let mut all = fields.to_vec();
    all.push(("form_token", &token));
    post(server, cookie, path, &all).await
}

async fn call(server: &Running, key: &str, method: &str, path: &str, body: Value) -> Answer {
    let request = server
        .request(method, path)
        .header("authorization", &format!("Bearer {key}"));
    request.json(&body).send().await
}

/// The secret that a page shows this once.
fn shown(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let text = answer.text();
    let code = text.split("is ready").nth(1).expect("a new key");
    let code = code.split("<pre").nth(1).expect("its secret");
    let code = code.split("<code>").nth(1).expect("its secret");
    code.split("</code>").next().expect("its end").to_owned()
}

#[tokio::test]
async fn an_api_key_made_on_the_page_works_until_it_is_revoked() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    let fields = [("scope", "read"), ("scope", "mint")];
    let made = submit(&server, &cookie, "/dashboard/settings/api-keys", &fields).await;
    let key = shown(&made);
    let list = "/v1/_/agents/support/feedback";
    let read = || call(&server, &key, "GET", list, Value::Null);
    read().await.ok();
    let admin = call(&server, &key, "GET", "/v1/_/settings", Value::Null).await;
    admin.fails(403, "missing_scope");
    let again = page(&server, &cookie, "/dashboard/settings").await.text();
    assert!(
        !again.contains(&key) && again.contains(&key[..8]),
        "{again}"
    );
    assert!(
        again.contains("mint, read") && again.contains("last used"),
        "{again}"
    );
    let id = again.split("/api-keys/").nth(1).expect("a form");
    let id = id.split('/').next().expect("an id").to_owned();
    let revoke = format!("/dashboard/settings/api-keys/{id}/revoke");
    assert_eq!(submit(&server, &cookie, &revoke, &[]).await.status, 303);
    read().await.fails(401, "invalid_api_key");
    submit(&server, &cookie, &revoke, &[])
        .await
        .fails(404, "not_found");
    for scopes in [&[][..], &[("scope", "root")]] {
        let none = submit(&server, &cookie, "/dashboard/settings/api-keys", scopes).await;
        assert_eq!(none.status, 422);
        assert!(
            none.text().contains("scopes: must be some of"),
            "{}",
            none.text()
        );
    }
}

#[tokio::test]
async fn a_signing_key_made_on_the_page_signs_and_its_tokens_are_refused_once_it_is_retired() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    let path = "/dashboard/settings/signing-keys";
    let made = submit(&server, &cookie, path, &[("algorithm", "HS256")]).await;
    let secret = shown(&made);
    assert!(secret.len() >= 32, "{secret}");
    let token = server.token("run-1").await;
    let text = page(&server, &cookie, "/dashboard/settings").await.text();
    assert!(!text.contains(&secret));
    let kid = text
        .split("/signing-keys/")
        .nth(1)
        .expect("the newest first");
    let kid = kid.split('/').next().expect("an id").to_owned();
    let retire = format!("{path}/{kid}/retire");
    submit(&server, &cookie, &retire, &[("grace", "1")])
        .await
        .fails(422, "invalid_request");
    assert_eq!(
        submit(&server, &cookie, &retire, &[("grace", "86400")])
            .await
            .status,
        303
    );
    let body = json!({ "feedback_token": token, "outcome": "positive" });
    server.post("/v1/feedback", body.clone()).await.ok();
    let text = page(&server, &cookie, "/dashboard/settings").await.text();
    assert!(text.contains("its tokens are taken until"), "{text}");
    submit(&server, &cookie, path, &[("algorithm", "none")])
        .await
        .fails(422, "invalid_request");
    let private = shown(&submit(&server, &cookie, path, &[("algorithm", "EdDSA")]).await);
    assert!(
        private.starts_with("-----BEGIN PRIVATE KEY-----"),
        "{private}"
    );
}

#[tokio::test]
async fn keys_are_made_listed_and_ended_by_calls_too_each_tenants_own() {
    let server = start().await;
    let admin_of = async |tenant| {
        let key = server.receiver.new_api_key(tenant, &[Scope::Admin]).await;
        key.expect("a key")
    };
    let (own, acme) = (admin_of("default").await, admin_of("acme").await);
    let made = call(
        &server,
        &own,
        "POST",
        "/v1/_/api_keys",
        json!({ "scopes": ["read"] }),
    )
    .await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    let key = made["key"].as_str().expect("a key");
    call(&server, key, "GET", "/v1/_/agents/a/feedback", Value::Null)
        .await
        .ok();
    let usual = call(&server, &own, "POST", "/v1/_/api_keys", json!({}))
        .await
        .json();
    assert_eq!(
        usual["scopes"],
        json!(["mint", "read", "annotate", "context"])
    );
    let listed = |key: String| {
        let server = &server;
        async move {
            call(server, &key, "GET", "/v1/_/api_keys", Value::Null)
                .await
                .ok()
        }
    };
    assert_eq!(
        listed(own.clone()).await["items"].as_array().map(Vec::len),
        Some(3)
    );
    assert_eq!(
        listed(acme.clone()).await["items"].as_array().map(Vec::len),
        Some(1)
    );
    assert!(!listed(own.clone()).await.to_string().contains(key));
    let path = format!("/v1/_/api_keys/{}", made["id"].as_str().expect("an id"));
    call(&server, &acme, "DELETE", &path, Value::Null)
        .await
        .fails(404, "not_found");
    assert_eq!(
        call(&server, &own, "DELETE", &path, Value::Null)
            .await
            .status,
        204
    );
    call(&server, key, "GET", "/v1/_/agents/a/feedback", Value::Null)
        .await
        .fails(401, "invalid_api_key");
    for scopes in [json!([]), json!(["root"])] {
        let body = json!({ "scopes": scopes });
        call(&server, &own, "POST", "/v1/_/api_keys", body)
            .await
            .fails(422, "invalid_request");
    }

    let made = call(&server, &own, "POST", "/v1/_/signing_keys", json!({}))
        .await
        .json();
    assert_eq!(made["algorithm"], "HS256");
    let token = server.token("run-1").await;
    let kid = made["kid"].as_str().expect("an id");
    let retire = format!("/v1/_/signing_keys/{kid}/retire");
    call(&server, &acme, "POST", &retire, json!({}))
        .await
        .fails(404, "not_found");
    assert_eq!(
        call(&server, &own, "POST", &retire, json!({})).await.status,
        204
    );
    let body = json!({ "feedback_token": token, "outcome": "positive" });
    server
        .post("/v1/feedback", body)
        .await
        .fails(400, "invalid_feedback_token");
    let keys = call(&server, &own, "GET", "/v1/_/signing_keys", Value::Null)
        .await
        .ok();
    let keys = keys["items"].as_array().expect("keys");
    let ended: Vec<bool> = keys
        .iter()
        .map(|key| key["retired_at"].is_string())
        .collect();
    assert_eq!(ended, [false, true]);
    let secret = made["secret"].as_str().expect("a secret");
    assert!(!json!(keys).to_string().contains(secret));
    let none = call(&server, &acme, "GET", "/v1/_/signing_keys", Value::Null)
        .await
        .ok();
    assert_eq!(none, json!({ "items": [] }));
}

#[tokio::test]
async fn votes_are_kept_as_long_as_their_tenant_says_and_no_longer_than_the_operator() {
    let server = start_with(|config| config.keep_days = Some(100)).await;
    let cookie = sign_in(&server).await;
    for run in ["run-1", "run-2"] {
        vote(&server, run, "positive", None).await;
    }
    let age = async |run: &str, days: i64| {
        let mut database = server.database().await;
        sqlx::query("UPDATE feedback SET created_at = created_at - $1 WHERE run = $2")
            .bind(days * 24 * 60 * 60 * 1_000_000)
            .bind(run)
            .execute(&mut database)
            .await
            .expect("an older vote");
    };
    age("run-1", 50).await;
    let drop = async || server.receiver.drop_old().await.expect("a database");
    let set = |days: &'static str| submit_days(&server, &cookie, days);
    assert_eq!(set("51").await.status, 303);
    assert_eq!(drop().await, 0);
    assert_eq!(set("49").await.status, 303);
    assert_eq!(drop().await, 1);
    age("run-2", 99).await;
    assert_eq!(set("300").await.status, 303);
    assert_eq!(drop().await, 0);
    age("run-2", 2).await;
    assert_eq!(drop().await, 1, "the operator's are fewer");
    for wrong in ["0", "-1", "x", "99999"] {
        let refused = set(wrong).await;
        assert_eq!(refused.status, 422);
        assert!(
            refused.text().contains("keep_days: must be"),
            "{}",
            refused.text()
        );
    }
    let key = server
        .receiver
        .new_api_key("default", &[Scope::Admin])
        .await
        .expect("a key");
    let settings = call(&server, &key, "GET", "/v1/_/settings", Value::Null)
        .await
        .ok();
    assert_eq!(settings, json!({ "trace_url": null, "keep_days": 300 }));
    let body = json!({ "keep_days": 0 });
    call(&server, &key, "PUT", "/v1/_/settings", body)
        .await
        .fails(422, "invalid_request");
    assert_eq!(
        call(&server, &key, "PUT", "/v1/_/settings", json!({}))
            .await
            .status,
        204
    );
    let settings = call(&server, &key, "GET", "/v1/_/settings", Value::Null)
        .await
        .ok();
    assert_eq!(settings["keep_days"], Value::Null);
}

async fn submit_days(server: &Running, cookie: &str, days: &str) -> Answer {
    let fields = [("keep_days", days), ("trace_url", "")];
    submit(server, cookie, "/dashboard/settings/set", &fields).await
}

#[tokio::test]
async fn a_vote_shows_what_was_rated_and_leads_to_the_tracing_tool() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    vote(&server, "run 1/é", "negative", None).await;
    let key = server
        .receiver
        .new_api_key("default", &Scope::ALL)
        .await
        .expect("a key");
    let context = json!({
        "input": [{ "role": "user", "content": "<b>bold</b> question" }],
        "output": "The answer\n</pre><script>",
        "model": "some-model",
    });
    let path = "/v1/_/agents/support/runs/run%201%2F%C3%A9/context";
    assert_eq!(call(&server, &key, "PUT", path, context).await.status, 204);
    let id = server.listed().await[0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let vote_page = format!("/dashboard/votes/{id}");
    let text = page(&server, &cookie, &vote_page).await.text();
    for part in [
        "What was rated",
        "&#60;b&#62;bold",
        "&#60;/pre&#62;&#60;script",
        "some-model",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("tracing tool"));
    let url = "https://traces.example/{run_id}?x=\"><script>";
    let set = |url| [("keep_days", ""), ("trace_url", url)];
    let refused = submit(&server, &cookie, "/dashboard/settings/set", &set(url)).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    let url = "https://traces.example/{run_id}?a=1&b=2";
    let taken = submit(&server, &cookie, "/dashboard/settings/set", &set(url)).await;
    assert_eq!(taken.status, 303);
    let text = page(&server, &cookie, &vote_page).await.text();
    let link = "href=\"https://traces.example/run%201%2F%C3%A9?a=1&#38;b=2\"";
    assert!(text.contains(link), "{text}");
    let dataset = page(&server, &cookie, "/dashboard/dataset?outcome=negative").await;
    assert_eq!(dataset.header("content-type"), "application/x-ndjson");
    assert!(
        dataset
            .header("content-disposition")
            .contains("dataset.jsonl")
    );
    let lines = dataset.text();
    let first: Value = serde_json::from_str(lines.trim()).expect("one line");
    assert_eq!(first["context"]["model"], "some-model");
    assert_eq!(first["run_id"], "run 1/é");
}

#[tokio::test]
async fn a_person_is_erased_after_a_look_at_what_there_is() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    for run in ["run-1", "run-2"] {
        let token = server.token(run).await;
        let body = json!({ "feedback_token": token, "outcome": "positive", "user_id": "<ann>" });
        server.post("/v1/feedback", body).await.ok();
    }
    vote(&server, "run-1", "positive", None).await;
    let look = page(&server, &cookie, "/dashboard/settings?erase=%3Cann%3E")
        .await
        .text();
    assert!(
        look.contains("&#60;ann&#62;</strong>") && look.contains("2 votes"),
        "{look}"
    );
    assert_eq!(server.listed().await.len(), 3, "looking changes nothing");
    let fields = [("user_id", "<ann>")];
    let erased = submit(&server, &cookie, "/dashboard/settings/erase", &fields).await;
    assert_eq!(erased.status, 303);
    assert_eq!(server.listed().await.len(), 1);
    submit(
        &server,
        &cookie,
        "/dashboard/settings/erase",
        &[("user_id", "")],
    )
    .await
    .fails(422, "invalid_request");
    let wrong = page(&server, &cookie, "/dashboard/settings?erase=a%00b").await;
    assert_eq!(wrong.status, 422);
}

#[tokio::test]
async fn a_view_is_saved_by_name_for_the_team_and_removed() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    vote(&server, "run-1", "positive", None).await;
    let save = async |name: &str, query: &str| {
        let fields = [("name", name), ("query", query)];
        submit(&server, &cookie, "/dashboard/views", &fields).await
    };
    let query = "outcome=negative&q=a%26b+%C3%BC&agent=support&cursor=junk&evil=%22%3E&done=none";
    let saved = save("Open <complaints>", query).await;
    let kept = "outcome=negative&q=a%26b+%C3%BC&agent=support";
    assert_eq!(
        (saved.status, saved.header("location")),
        (303, format!("/dashboard?{kept}").as_str())
    );
    let text = page(&server, &cookie, "/dashboard").await.text();
    assert!(text.contains("Open &#60;complaints&#62;"), "{text}");
    let link = format!("href=\"/dashboard?{}\"", kept.replace('&', "&#38;"));
    assert!(text.contains(&link), "{text}");
    // A second one of the name takes its place.
    save("Open <complaints>", "outcome=positive").await;
    let text = page(&server, &cookie, "/dashboard?outcome=positive")
        .await
        .text();
    assert!(text.contains("class=\"view\" href=\"/dashboard?outcome=positive\" aria-current"));
    assert!(!text.contains("Save this view"), "it is saved: {text}");
    for (name, query) in [("", "q=x"), ("x", ""), ("x", "cursor=a"), ("x", "q=a&q=b")] {
        save(name, query).await.fails(422, "invalid_request");
    }
    save(&"n".repeat(41), "q=x")
        .await
        .fails(422, "invalid_request");
    for number in 1..20 {
        assert_eq!(save(&format!("View {number}"), "q=x").await.status, 303);
    }
    save("One too many", "q=x")
        .await
        .fails(422, "invalid_request");
    let id = text.split("/dashboard/views/").nth(1).expect("a form");
    let id = id.split('/').next().expect("an id");
    let remove = format!("/dashboard/views/{id}/remove");
    assert_eq!(submit(&server, &cookie, &remove, &[]).await.status, 303);
    let text = page(&server, &cookie, "/dashboard").await.text();
    assert!(!text.contains("complaints"));
    submit(&server, &cookie, &remove, &[])
        .await
        .fails(404, "not_found");
}

#[tokio::test]
async fn no_page_shows_or_changes_what_is_another_tenants() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    vote(&server, "run-1", "positive", None).await;
    let key = server
        .receiver
        .new_api_key("acme", &Scope::ALL)
        .await
        .expect("a key");
    let claims = crate::receiver::claims("run-acme");
    let token = server.mint_in("acme", &claims).await;
    let body = json!({ "feedback_token": token, "outcome": "negative", "comment": "acme-words",
        "user_id": "acme-user" });
    let id = server.post("/v1/feedback", body).await.ok()["id"].clone();
    let context = json!({ "input": "acme-words" });
    let path = "/v1/_/agents/support/runs/run-acme/context";
    assert_eq!(call(&server, &key, "PUT", path, context).await.status, 204);
    let url = json!({ "trace_url": "https://acme-words.example/{run_id}" });
    assert_eq!(
        call(&server, &key, "PUT", "/v1/_/settings", url)
            .await
            .status,
        204
    );
    let kid = call(&server, &key, "GET", "/v1/_/signing_keys", Value::Null)
        .await
        .ok();
    let kid = kid["items"][0]["kid"].as_str().expect("a key").to_owned();
    let keys = call(&server, &key, "GET", "/v1/_/api_keys", Value::Null)
        .await
        .ok();
    let key_id = keys["items"][0]["id"].as_str().expect("a key").to_owned();
    let mut database = server.database().await;
    let view = "INSERT INTO views (id, tenant, name, query, created_at)
        VALUES ('v', 'acme', 'acme-words', 'q=x', 1)";
    sqlx::query(view)
        .execute(&mut database)
        .await
        .expect("a view");
    let id = id.as_str().expect("an id");
    for path in [
        "/dashboard",
        "/dashboard?user_id=acme-user",
        "/dashboard?q=acme-words&agent=support",
        "/dashboard/overview",
        "/dashboard/start",
        "/dashboard/team",
        "/dashboard/settings",
        "/dashboard/export?format=ndjson",
        "/dashboard/dataset",
    ] {
        let answer = page(&server, &cookie, path).await;
        assert_eq!(answer.status, 200, "{path}");
        let text = answer
            .text()
            .replace("acme-words&#34;", "")
            .replace("words: acme-words", "");
        let shown = text.matches("acme-words").count();
        // The search for them stands in the page, in its field and its links.
        let asked = if path.contains("q=") {
            text.matches("q=acme-words").count() + 1
        } else {
            0
        };
        assert!(shown <= asked, "{path}: {text}");
        for part in ["run-acme", &kid, &key_id] {
            assert!(!text.contains(part), "{path} shows {part}");
        }
    }
    let vote = page(&server, &cookie, &format!("/dashboard/votes/{id}")).await;
    vote.fails(404, "not_found");
    for path in [
        format!("/dashboard/settings/api-keys/{key_id}/revoke"),
        format!("/dashboard/settings/signing-keys/{kid}/retire"),
        "/dashboard/views/v/remove".to_owned(),
    ] {
        submit(&server, &cookie, &path, &[("grace", "0")])
            .await
            .fails(404, "not_found");
    }
    let fields = [("user_id", "acme-user")];
    submit(&server, &cookie, "/dashboard/settings/erase", &fields).await;
    let left = call(
        &server,
        &key,
        "GET",
        "/v1/_/agents/support/feedback",
        Value::Null,
    )
    .await;
    assert_eq!(left.ok()["count"], 1);
}

#[tokio::test]
async fn a_webhook_is_set_up_tested_and_its_log_says_what_became_of_it() {
    let (teller, mut heard) = tokio::sync::mpsc::unbounded_channel::<String>();
    let other = axum::Router::new()
        .route(
            "/hook",
            axum::routing::post(async move |body: String| {
                teller.send(body).expect("somebody who listens");
            }),
        )
        .route(
            "/broken",
            axum::routing::post(async || axum::http::StatusCode::INTERNAL_SERVER_ERROR),
        );
    let address = crate::receiver::serve(other).await;
    let server = start_with(|config| config.allow_private_webhooks = true).await;
    let cookie = sign_in(&server).await;
    let add = async |url: String, form: &str| {
        let fields = [("url", url.as_str()), ("form", form), ("event", "voted")];
        submit(&server, &cookie, "/dashboard/webhooks", &fields).await
    };
    let made = add(format!("http://{address}/hook"), "standard").await;
    assert!(shown(&made).starts_with("whsec_"), "{}", made.text());
    let slack = add(format!("http://{address}/broken"), "slack").await;
    assert!(slack.status == 200 && !slack.text().contains("is ready"));
    let wrong = add("ftp://<script>".into(), "slack").await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.text().contains("value=\"ftp://&#60;script&#62;\""),
        "{}",
        wrong.text()
    );
    let list = page(&server, &cookie, "/dashboard/webhooks").await.text();
    let ids: Vec<_> = list
        .split("/dashboard/webhooks/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert_eq!(ids.len(), 2, "{list}");
    for (id, done) in [(ids[0], "arrived"), (ids[1], "failed")] {
        let path = format!("/dashboard/webhooks/{id}");
        let sent = submit(&server, &cookie, &format!("{path}/test"), &[]).await;
        assert_eq!(sent.header("location"), format!("{path}?done={done}"));
    }
    let message: Value = serde_json::from_str(&heard.recv().await.expect("a message")).expect("it");
    assert_eq!(message["type"], "feedback.test");
    let log = page(
        &server,
        &cookie,
        &format!("/dashboard/webhooks/{}?done=failed", ids[1]),
    )
    .await;
    for words in ["refused (500)", "did not arrive", "told of a new vote"] {
        assert!(log.text().contains(words), "{words}: {}", log.text());
    }
    let key = server
        .receiver
        .new_api_key("default", &[Scope::Admin])
        .await
        .expect("a key");
    let path = format!("/v1/_/webhooks/{}/test", ids[0]);
    let sent = call(&server, &key, "POST", &path, Value::Null).await.ok();
    assert_eq!(
        (&sent["event"], &sent["status"]),
        (&json!("test"), &json!(200))
    );
    let remove = format!("/dashboard/webhooks/{}/remove", ids[0]);
    assert_eq!(submit(&server, &cookie, &remove, &[]).await.status, 303);
    submit(&server, &cookie, &remove, &[])
        .await
        .fails(404, "not_found");
    let gone = page(&server, &cookie, &format!("/dashboard/webhooks/{}", ids[0])).await;
    gone.fails(404, "not_found");
}

#[tokio::test]
async fn no_page_shows_or_changes_another_tenants_webhooks() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    let key = server
        .receiver
        .new_api_key("acme", &Scope::ALL)
        .await
        .expect("a key");
    let hook = json!({ "url": "https://example.com/acme-words" });
    let hook = call(&server, &key, "POST", "/v1/_/webhooks", hook)
        .await
        .ok();
    let list = page(&server, &cookie, "/dashboard/webhooks").await.text();
    assert!(!list.contains("acme-words"), "{list}");
    let hook = format!(
        "/dashboard/webhooks/{}",
        hook["id"].as_str().expect("an id")
    );
    page(&server, &cookie, &hook).await.fails(404, "not_found");
    for what in ["test", "retry", "remove"] {
        let path = format!("{hook}/{what}");
        submit(&server, &cookie, &path, &[])
            .await
            .fails(404, "not_found");
    }
}
