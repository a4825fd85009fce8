//! The calls of backends.

use serde_json::{Value, json};
use workflowai_feedback_server::Scope;

use crate::http::Answer;
use crate::receiver::{Running, start, start_with};

async fn key(server: &Running, tenant: &str, scopes: &[Scope]) -> String {
    server
        .receiver
        .new_api_key(tenant, scopes)
        .await
        .expect("a key")
}

async fn get(server: &Running, key: &str, path: &str) -> Answer {
    server
        .request("GET", path)
        .header("authorization", &format!("Bearer {key}"))
        .send()
        .await
}

async fn post(server: &Running, key: &str, path: &str, body: Value) -> Answer {
    let request = server
        .request("POST", path)
        .header("authorization", &format!("Bearer {key}"));
    request.json(&body).send().await
}

async fn vote(server: &Running, token: &str, body: Value) -> Value {
    let mut vote = json!({ "feedback_token": token, "outcome": "positive" });
    vote.as_object_mut()
        .expect("an object")
        .extend(body.as_object().expect("an object").clone());
    server.post("/v1/feedback", vote).await.ok()
}

const MINT: &str = "/v1/_/agents/support/runs/run-1/feedback_token";
const MINT_SEVERAL: &str = "/v1/_/agents/support/feedback_tokens";
const LIST: &str = "/v1/_/agents/support/feedback";
const LIST_RUN: &str = "/v1/_/agents/support/runs/run-1/feedback";

#[tokio::test]
async fn a_minted_token_votes_on_its_run_as_its_user() {
    let server = start().await;
    let key = key(&server, "default", &Scope::USUAL).await;
    let body = json!({ "user_id": "user-1", "expires_in": 3_600 });
    let token = post(&server, &key, MINT, body).await.ok();
    vote(
        &server,
        token["feedback_token"].as_str().expect("a token"),
        json!({}),
    )
    .await;
    let entry = &get(&server, &key, LIST_RUN).await.ok()["items"][0];
    assert_eq!(
        (&entry["run_id"], &entry["user_id"]),
        (&json!("run-1"), &json!("user-1"))
    );
    let written = json!({ "expires_in": 3_600.0 });
    post(&server, &key, MINT, written).await.ok();
    let unbound = post(&server, &key, MINT, json!({})).await.ok();
    let reply = vote(
        &server,
        unbound["feedback_token"].as_str().expect("a token"),
        json!({}),
    )
    .await;
    assert_eq!(reply["user_id"], Value::Null);
}

#[tokio::test]
async fn ids_in_paths_are_percent_decoded() {
    let server = start().await;
    let key = key(&server, "default", &Scope::USUAL).await;
    let path = "/v1/default/agents/a%2Fb/runs/%C3%BC%20%F0%9F%98%80/feedback";
    let token = post(&server, &key, &format!("{path}_token"), json!({}))
        .await
        .ok();
    vote(
        &server,
        token["feedback_token"].as_str().expect("a token"),
        json!({}),
    )
    .await;
    let entry = &get(&server, &key, path).await.ok()["items"][0];
    assert_eq!(
        (&entry["agent_id"], &entry["run_id"]),
        (&json!("a/b"), &json!("ü 😀"))
    );
    let broken = post(
        &server,
        &key,
        "/v1/_/agents/%FF/runs/r/feedback_token",
        json!({}),
    )
    .await;
    broken.fails(422, "invalid_request");
}

#[tokio::test]
async fn up_to_a_thousand_runs_are_minted_at_once_in_order() {
    let server = start().await;
    let key = key(&server, "default", &[Scope::Mint]).await;
    let items = |count: usize| -> Vec<Value> {
        (0..count)
            .map(|run| json!({ "run_id": format!("run-{run}"), "user_id": "u" }))
            .collect()
    };
    let reply = post(
        &server,
        &key,
        MINT_SEVERAL,
        json!({ "items": items(1_000) }),
    )
    .await
    .ok();
    let tokens = reply["items"].as_array().expect("a list");
    assert_eq!(tokens.len(), 1_000);
    assert_eq!(tokens[999]["run_id"], "run-999");
    vote(
        &server,
        tokens[999]["feedback_token"].as_str().expect("a token"),
        json!({}),
    )
    .await;
    for count in [0, 1_001] {
        let refused = post(
            &server,
            &key,
            MINT_SEVERAL,
            json!({ "items": items(count) }),
        )
        .await;
        refused.fails(422, "invalid_request");
        assert!(refused.message().starts_with("items:"));
    }
    let bad = json!({ "items": [{ "run_id": "r" }, { "run_id": "" }] });
    let bad = post(&server, &key, MINT_SEVERAL, bad).await;
    assert!(
        bad.message().starts_with("items[1].run_id:"),
        "{}",
        bad.text()
    );
}

#[tokio::test]
async fn bad_minting_requests_name_their_field() {
    let server = start().await;
    let key = key(&server, "default", &[Scope::Mint]).await;
    for (body, field) in [
        (json!([null, null]), "body"),
        (json!({ "expires_in": 0 }), "expires_in"),
        (json!({ "expires_in": "soon" }), "expires_in"),
        (json!({ "expires_in": 1.5 }), "expires_in"),
        (
            json!({ "expires_in": 9_223_372_036_854_775_808_u64 }),
            "expires_in",
        ),
        (json!({ "expires_in": 1e300 }), "expires_in"),
        (json!({ "user_id": "x".repeat(257) }), "user_id"),
        (json!({ "user_id": 1 }), "user_id"),
    ] {
        let refused = post(&server, &key, MINT, body).await;
        refused.fails(422, "invalid_request");
        assert!(
            refused.message().starts_with(&format!("{field}:")),
            "{}",
            refused.text()
        );
    }
    let long = format!("/v1/_/agents/{}/runs/r/feedback_token", "x".repeat(257));
    let long = post(&server, &key, &long, json!({})).await;
    assert!(long.message().starts_with("agent_id:"), "{}", long.text());
}

#[tokio::test]
async fn every_route_asks_for_a_key_of_its_tenant_with_its_scope() {
    let server = start().await;
    let acme = key(&server, "acme", &Scope::ALL).await;
    let nothing = key(&server, "default", &[Scope::Context]).await;
    let annotate = format!("{LIST}/01930000-0000-7000-8000-000000000001/annotate");
    let export = format!("{LIST}/export");
    // What each answers to a key that may.
    let routes = [
        ("POST", MINT, 200),
        ("POST", MINT_SEVERAL, 200),
        ("GET", LIST, 200),
        ("GET", LIST_RUN, 200),
        ("GET", &export, 200),
        ("POST", &annotate, 404),
        ("DELETE", "/v1/_/users/u/feedback", 200),
    ];
    for (method, route, status) in routes {
        let body = json!({ "items": [{ "run_id": "r" }], "annotation": "correct" });
        let send = |key: Option<String>, path: String| {
            let request = server.request(method, &path).json(&body);
            let request = match key {
                Some(key) => request.header("authorization", &key),
                None => request,
            };
            request.send()
        };
        let path = || route.replacen("/_/", "/default/", 1);
        for key in [
            None,
            Some("Bearer nonsense".into()),
            Some(format!("Basic {acme}")),
        ] {
            let answer = send(key, route.to_owned()).await;
            answer.fails(401, "invalid_api_key");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
        let wrong = send(Some(format!("Bearer {acme}")), path()).await;
        wrong.fails(403, "wrong_tenant");
        let lacking = send(Some(format!("Bearer {nothing}")), route.to_owned()).await;
        lacking.fails(403, "missing_scope");
        let own = send(Some(format!("Bearer {acme}")), route.to_owned()).await;
        assert_eq!(own.status, status, "{}", own.text());
        assert_eq!(own.header("cache-control"), "no-store");
        assert_eq!(
            own.header("access-control-allow-origin"),
            "",
            "no page holds an API key"
        );
    }
}

#[tokio::test]
async fn the_key_of_the_settings_has_every_right_in_the_first_tenant() {
    let configured = "a-key-of-the-settings";
    let server = start_with(|config| config.api_key = Some(configured.into())).await;
    post(&server, configured, MINT, json!({})).await.ok();
    get(&server, configured, LIST).await.ok();
    get(&server, configured, "/v1/acme/agents/a/feedback")
        .await
        .fails(403, "wrong_tenant");
    get(&server, "a-key-of-the-settingz", LIST)
        .await
        .fails(401, "invalid_api_key");
}

#[tokio::test]
async fn lists_go_on_by_cursor_newest_first_without_gap_or_repeat() {
    let server = start().await;
    let key = key(&server, "default", &Scope::USUAL).await;
    for run in 0..7 {
        vote(
            &server,
            &server.token(&format!("run-{run}")).await,
            json!({}),
        )
        .await;
    }
    let mut runs = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = get(&server, &key, &format!("{LIST}?limit=3&cursor={cursor}"))
            .await
            .ok();
        assert_eq!(page["count"], 7);
        for item in page["items"].as_array().expect("a list") {
            runs.push(item["run_id"].as_str().expect("a run").to_owned());
        }
        // A vote that comes in between belongs to the first page.
        vote(
            &server,
            &server.token("run-0").await,
            json!({ "comment": "changed" }),
        )
        .await;
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    assert_eq!(
        runs,
        [
            "run-6", "run-5", "run-4", "run-3", "run-2", "run-1", "run-0"
        ]
    );
    let rest = get(&server, &key, &format!("{LIST}?limit=3&offset=5"))
        .await
        .ok();
    assert_eq!(rest["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(rest["next"], Value::Null);
}

#[tokio::test]
async fn lists_are_filtered() {
    let server = start().await;
    let key = key(&server, "default", &Scope::USUAL).await;
    for (run, body) in [
        ("run-1", json!({ "comment": "fine", "user_id": "ann" })),
        ("run-1", json!({ "outcome": "negative", "user_id": "bob" })),
        (
            "run-2",
            json!({ "outcome": "negative", "comment": "bad", "user_id": "ann" }),
        ),
    ] {
        vote(&server, &server.token(run).await, body).await;
    }
    for (query, count) in [
        ("", 3),
        ("outcome=positive", 1),
        ("outcome=negative", 2),
        ("outcome=", 3),
        ("has_comment=true", 2),
        ("has_comment=false", 1),
        ("user_id=ann", 2),
        ("user_id=ann&outcome=negative", 1),
        ("user_id=nobody", 0),
    ] {
        let page = get(&server, &key, &format!("{LIST}?{query}")).await.ok();
        assert_eq!(page["count"], count, "{query}");
        assert_eq!(
            page["items"].as_array().map(Vec::len),
            usize::try_from(count).ok(),
            "{query}"
        );
    }
    assert_eq!(get(&server, &key, LIST_RUN).await.ok()["count"], 2);
}

#[tokio::test]
async fn bad_queries_name_their_field() {
    let server = start().await;
    let key = key(&server, "default", &Scope::USUAL).await;
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("offset=10001", "offset"),
        ("cursor=nonsense", "cursor"),
        ("cursor=-1.01930000-0000-7000-8000-000000000001", "cursor"),
        ("outcome=neutral", "outcome"),
        ("has_comment=maybe", "has_comment"),
        ("user_id=%00", "user_id"),
        ("annotation=great", "annotation"),
        ("from=yesterday", "from"),
        ("to=2026-13-01", "to"),
        ("q=%00", "q"),
        ("limit=1&limit=2", "query"),
    ] {
        let answer = get(&server, &key, &format!("{LIST}?{query}")).await;
        answer.fails(422, "invalid_request");
        assert!(
            answer.message().starts_with(&format!("{field}:")),
            "{}",
            answer.text()
        );
    }
}

#[tokio::test]
async fn lists_are_filtered_by_reason_search_mark_and_time() {
    let server = start().await;
    let key = key(&server, "default", &Scope::USUAL).await;
    for (run, body) in [
        (
            "run-1",
            json!({ "comment": "Die STRASSE ist ﬁne", "reasons": ["slow", "a\"b"] }),
        ),
        (
            "run-2",
            json!({ "comment": "50% _off_ 日本語のテキスト", "reasons": ["slow,\"x"] }),
        ),
        ("run-3", json!({ "comment": "nothing", "reasons": [","] })),
        ("run-4", json!({ "reasons": ["slow", "a"] })),
    ] {
        vote(&server, &server.token(run).await, body).await;
    }
    for (query, count) in [
        ("reason=slow", 2),
        ("reason=a%22b", 1),
        ("reason=%2C", 1),
        ("reason=b", 0),
        ("q=strasse", 1),
        ("q=FINE", 1),
        ("q=ist+die", 1),
        ("q=ist+nothing", 0),
        ("q=%25", 1),
        ("q=_", 1),
        ("q=5_", 0),
        ("q=%E6%9C%AC%E8%AA%9E", 1),
        ("q=%22OR+1%3D1", 0),
        ("q=+", 4),
        ("q=n", 2),
        ("annotation=open", 4),
        ("annotation=resolved", 0),
        ("from=2000-01-01", 4),
        ("to=2000-01-01", 0),
        (
            "from=2000-01-01T00:00:00Z&to=9999-01-01T00:00:00%2B01:00",
            4,
        ),
    ] {
        let page = get(&server, &key, &format!("{LIST}?{query}")).await.ok();
        assert_eq!(page["count"], count, "{query}");
        assert_eq!(
            page["items"].as_array().map(Vec::len),
            usize::try_from(count).ok(),
            "{query}"
        );
    }
    // A vote that changes loses its old reasons and words.
    vote(
        &server,
        &server.token("run-1").await,
        json!({ "comment": "new" }),
    )
    .await;
    for (query, count) in [("reason=slow", 1), ("q=strasse", 0), ("q=new", 1)] {
        assert_eq!(
            get(&server, &key, &format!("{LIST}?{query}")).await.ok()["count"],
            count
        );
    }
    let entry = &get(&server, &key, &format!("{LIST}?q=new")).await.ok()["items"][0];
    let created = entry["created_at"].as_str().expect("a time");
    for (query, count) in [
        (format!("from={created}&q=new"), 1),
        (format!("to={created}&q=new"), 0),
    ] {
        assert_eq!(
            get(&server, &key, &format!("{LIST}?{query}")).await.ok()["count"],
            count
        );
    }
}

#[tokio::test]
async fn a_mark_is_listed_and_a_changed_vote_is_open_again() {
    let server = start().await;
    let key = key(&server, "default", &Scope::USUAL).await;
    let token = server.token("run-1").await;
    let id = vote(&server, &token, json!({ "comment": "bad" })).await["id"].clone();
    let path = format!("{LIST}/{}/annotate", id.as_str().expect("an id"));
    let body = json!({ "annotation": "resolved", "comment": "fixed the prompt" });
    let marked = post(&server, &key, &path, body).await;
    assert_eq!((marked.status, marked.body.len()), (204, 0));
    let shown = |answer: Value| answer["items"][0]["annotation"].clone();
    assert_eq!(shown(get(&server, &key, LIST).await.ok()), "resolved");
    assert_eq!(
        get(&server, &key, &format!("{LIST}?annotation=resolved"))
            .await
            .ok()["count"],
        1
    );
    vote(&server, &token, json!({ "comment": "bad" })).await;
    assert_eq!(
        shown(get(&server, &key, LIST).await.ok()),
        "resolved",
        "the same vote again"
    );
    vote(&server, &token, json!({ "comment": "still bad" })).await;
    assert_eq!(shown(get(&server, &key, LIST).await.ok()), Value::Null);
    for (body, field) in [
        (json!({ "annotation": "great" }), "annotation"),
        (json!({}), "annotation"),
        (
            json!({ "annotation": "correct", "comment": "x".repeat(10_001) }),
            "comment",
        ),
    ] {
        let refused = post(&server, &key, &path, body).await;
        refused.fails(422, "invalid_request");
        assert!(
            refused.message().starts_with(&format!("{field}:")),
            "{}",
            refused.text()
        );
    }
    let body = || json!({ "annotation": "correct" });
    for missing in [
        format!("{LIST}/01930000-0000-7000-8000-000000000001/annotate"),
        format!("{LIST}/nonsense/annotate"),
        path.replace("support", "other"),
    ] {
        post(&server, &key, &missing, body())
            .await
            .fails(404, "not_found");
    }
    server
        .post("/v1/feedback/retract", json!({ "feedback_token": token }))
        .await
        .ok();
    post(&server, &key, &path, body())
        .await
        .fails(404, "not_found");
}

#[tokio::test]
async fn one_person_is_erased_with_everything_that_is_kept_of_them() {
    let server = start().await;
    let key = key(&server, "default", &[Scope::Erase, Scope::Read]).await;
    for (run, user) in [("run-1", "ann"), ("run-2", "ann"), ("run-1", "bob")] {
        let body =
            json!({ "comment": format!("words of {user}"), "user_id": user, "reasons": ["r"] });
        vote(&server, &server.token(run).await, body).await;
    }
    let taken_back = json!({ "feedback_token": server.token("run-2").await, "user_id": "ann" });
    server.post("/v1/feedback/retract", taken_back).await.ok();
    let acme = server
        .mint_in("acme", &crate::receiver::claims("run-1"))
        .await;
    let others = json!({ "feedback_token": acme, "outcome": "positive", "user_id": "ann" });
    server.post("/v1/feedback", others).await.ok();
    let erase = |user: &'static str| {
        let request = server.request("DELETE", &format!("/v1/_/users/{user}/feedback"));
        request
            .header("authorization", &format!("Bearer {key}"))
            .send()
    };
    assert_eq!(erase("ann").await.ok(), json!({ "erased": 2 }));
    assert_eq!(erase("ann").await.ok(), json!({ "erased": 0 }));
    assert_eq!(get(&server, &key, LIST).await.ok()["count"], 1);
    let found = server
        .get(&format!("/v1/feedback?feedback_token={acme}&user_id=ann"))
        .await
        .ok();
    assert_eq!(
        found["outcome"], "positive",
        "another tenant's person of the same name"
    );
    let mut database = server.database().await;
    for table in ["history", "reasons"] {
        let sql = format!(
            "SELECT COUNT(*) FROM {table} WHERE feedback_id NOT IN (SELECT id FROM feedback)"
        );
        let left: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_one(&mut database)
            .await
            .expect("a count");
        assert_eq!(left, 0, "{table}");
    }
}

#[tokio::test]
async fn an_export_has_everything_that_matches_and_no_formula() {
    let server = start().await;
    let key = key(&server, "default", &[Scope::Read]).await;
    // More than one read.
    for run in 0..501 {
        vote(
            &server,
            &server.token(&format!("run-{run}")).await,
            json!({}),
        )
        .await;
    }
    let hostile = json!({ "comment": "=HYPERLINK(\"x\"),\n\"quoted\"", "user_id": "+1" });
    vote(&server, &server.token("run-x").await, hostile).await;
    let lines = get(&server, &key, &format!("{LIST}/export")).await;
    assert_eq!(lines.header("content-type"), "application/x-ndjson");
    let entries: Vec<Value> = lines
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(entries.len(), 502);
    assert_eq!(entries[0]["comment"], "=HYPERLINK(\"x\"),\n\"quoted\"");
    let csv = get(&server, &key, &format!("{LIST}/export?format=csv")).await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert!(csv.header("content-disposition").contains("feedback.csv"));
    let text = csv.text();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 502);
    assert_eq!(&rows[0][5], "'=HYPERLINK(\"x\"),\n\"quoted\"");
    assert_eq!(&rows[0][3], "'+1");
    let one = get(&server, &key, &format!("{LIST}/export?has_comment=true")).await;
    assert_eq!(one.text().lines().count(), 1);
    get(&server, &key, &format!("{LIST}/export?format=xml"))
        .await
        .fails(422, "invalid_request");
    get(&server, &key, &format!("{LIST}/export?outcome=neutral"))
        .await
        .fails(422, "invalid_request");
}
