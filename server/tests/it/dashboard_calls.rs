//! What the dashboard does, by calls with an API key.

use serde_json::{Value, json};
use workflowai_feedback_server::Scope;

use crate::dashboard::{enter, page, sign_in};
use crate::http::Answer;
use crate::receiver::{Running, start, start_with};

const CONTEXT: &str = "/v1/_/agents/support/runs/run-1/context";

/// A key, and the receiver it is for.
struct Key<'a> {
    server: &'a Running,
    key: String,
}

impl<'a> Key<'a> {
    async fn new(server: &'a Running, tenant: &str, scopes: &[Scope]) -> Self {
        let key = server.receiver.new_api_key(tenant, scopes).await;
        let key = format!("Bearer {}", key.expect("a key"));
        Self { server, key }
    }

    async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let request = self.server.request(method, path);
        let request = request.header("authorization", &self.key);
        match body {
            Some(body) => request.json(&body).send().await,
            None => request.send().await,
        }
    }

    async fn items(&self, path: &str) -> Vec<Value> {
        let answer = self.call("GET", path, None).await.ok();
        answer["items"].as_array().expect("a list").clone()
    }
}

/// Votes on a run; gives the vote's id.
async fn vote(server: &Running, run: &str) -> String {
    let body = json!({ "feedback_token": server.token(run).await, "outcome": "negative" });
    let id = server.post("/v1/feedback", body).await.ok()["id"].clone();
    id.as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn many_votes_are_marked_noted_and_assigned_and_it_is_undone_once() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    let (first, second) = (vote(&server, "run-1").await, vote(&server, "run-2").await);
    let key = Key::new(&server, "default", &[Scope::Annotate, Scope::Read]).await;
    let person = key.items("/v1/_/people").await[0].clone();
    assert_eq!(person["role"], "admin");
    let nowhere = "01930000-0000-7000-8000-000000000001";
    let body = json!({ "ids": [&first, &second, nowhere, &first, "no id"],
        "annotation": "incorrect", "note": "wrong city", "assignee": person["id"] });
    let done = key.call("POST", "/v1/_/triage", Some(body)).await.ok();
    assert_eq!(done["votes"], 2);
    let all = "/v1/_/agents/support/feedback?annotation=incorrect";
    assert_eq!(key.items(all).await.len(), 2);
    let seen = page(&server, &cookie, &format!("/dashboard/votes/{first}")).await;
    for words in ["wrong city", "Assigned to", "api-key "] {
        assert!(seen.text().contains(words), "{words}");
    }
    // The mark alone: who looks after it stays.
    let body = json!({ "ids": [&first], "annotation": "open" });
    key.call("POST", "/v1/_/triage", Some(body)).await.ok();
    assert_eq!(key.items(all).await.len(), 1);
    let id = done["id"].as_str().expect("an id");
    let undo = format!("/v1/_/triage/{id}/undo");
    // The first was changed since.
    let undone = key.call("POST", &undo, None).await.ok();
    assert_eq!(undone["undone"], 1);
    assert_eq!(key.items(all).await.len(), 0);
    key.call("POST", &undo, None).await.fails(404, "not_found");
}

#[tokio::test]
async fn what_cannot_be_done_to_votes_names_its_field() {
    let server = start().await;
    let id = vote(&server, "run-1").await;
    let key = Key::new(&server, "default", &[Scope::Annotate]).await;
    let many = vec![id.clone(); 101];
    for (body, field) in [
        (json!({ "ids": [], "annotation": "open" }), "ids"),
        (json!({ "ids": many, "annotation": "open" }), "ids"),
        (json!({ "ids": [&id] }), "annotation"),
        (json!({ "ids": [&id], "annotation": "good" }), "annotation"),
        (json!({ "ids": [&id], "note": "n", "assignee": "" }), "note"),
        (
            json!({ "ids": [&id], "annotation": "open", "note": "n".repeat(10_001) }),
            "note",
        ),
        (json!({ "ids": [&id], "assignee": "nobody" }), "assignee"),
    ] {
        let refused = key.call("POST", "/v1/_/triage", Some(body)).await;
        let message = refused.json()["error"]["message"].clone();
        refused.fails(422, "invalid_request");
        let begins = format!("{field}: ");
        assert!(
            message.as_str().expect("a text").starts_with(&begins),
            "{message}"
        );
    }
}

#[tokio::test]
async fn a_context_is_read_as_it_was_sent_and_removed() {
    let server = start().await;
    let key = Key::new(&server, "default", &[Scope::Context, Scope::Read]).await;
    key.call("GET", CONTEXT, None).await.fails(404, "not_found");
    let text = "{\n \"n\": 123456789012345678901234567890 }";
    for (kind, sent) in [("application/json", text), ("text/plain", "<script>")] {
        let put = server.request("PUT", CONTEXT).body(kind, sent.to_owned());
        let put = put.header("authorization", &key.key).send().await;
        assert_eq!(put.status, 204);
        let got = key.call("GET", CONTEXT, None).await;
        assert_eq!((got.status, got.text().as_str()), (200, sent));
        assert!(got.header("content-type").starts_with(kind));
        assert_eq!(got.header("cache-control"), "no-store");
        assert_eq!(got.header("x-content-type-options"), "nosniff");
    }
    assert_eq!(key.call("DELETE", CONTEXT, None).await.status, 204);
    key.call("DELETE", CONTEXT, None)
        .await
        .fails(404, "not_found");
    key.call("GET", CONTEXT, None).await.fails(404, "not_found");
    let mut database = server.database().await;
    let sql = "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM context_usage";
    let used: i64 = sqlx::query_scalar(sql)
        .fetch_one(&mut database)
        .await
        .expect("a sum");
    assert_eq!(used, 0, "its room is free again");
}

#[tokio::test]
async fn views_are_saved_listed_and_removed() {
    let server = start().await;
    let key = Key::new(&server, "default", &[Scope::Admin]).await;
    vote(&server, "run-1").await;
    let save = |name: &'static str, query: &'static str| {
        let body = json!({ "name": name, "query": query });
        key.call("POST", "/v1/_/views", Some(body))
    };
    let saved = save(
        "Down & out",
        "outcome=negative&evil=%3Cscript%3E&agent=support",
    )
    .await;
    assert_eq!(saved.status, 204);
    let views = key.items("/v1/_/views").await;
    assert_eq!(views.len(), 1);
    assert_eq!(views[0]["name"], "Down & out");
    assert_eq!(
        views[0]["query"], "outcome=negative&agent=support",
        "filters alone"
    );
    let cookie = sign_in(&server).await;
    let list = page(&server, &cookie, "/dashboard").await.text();
    assert!(list.contains("Down &#38; out"), "{list}");
    save(" ", "outcome=negative")
        .await
        .fails(422, "invalid_request");
    save("n", "").await.fails(422, "invalid_request");
    save("n", "evil=1").await.fails(422, "invalid_request");
    let path = format!("/v1/_/views/{}", views[0]["id"].as_str().expect("an id"));
    assert_eq!(key.call("DELETE", &path, None).await.status, 204);
    key.call("DELETE", &path, None)
        .await
        .fails(404, "not_found");
}

#[tokio::test]
async fn people_are_invited_given_another_role_and_taken_out() {
    let server = start_with(|config| {
        let url = "https://feedback.example/below".parse();
        config.public_url = Some(url.expect("an address"));
    })
    .await;
    let key = Key::new(&server, "default", &[Scope::Admin]).await;
    let link = server.receiver.dashboard_link("http://here").await;
    enter(&server, &link.expect("a link")).await;
    let invite = |role: &'static str| {
        let body = json!({ "role": role });
        key.call("POST", "/v1/_/invitations", Some(body))
    };
    invite("owner").await.fails(422, "invalid_request");
    invite("admin").await.ok();
    let invitation = key.items("/v1/_/invitations").await[0].clone();
    assert_eq!(invitation["role"], "admin");
    let id = invitation["id"].as_str().expect("an id");
    let path = format!("/v1/_/invitations/{id}");
    assert_eq!(key.call("DELETE", &path, None).await.status, 204);
    key.call("DELETE", &path, None)
        .await
        .fails(404, "not_found");
    let link = invite("viewer").await.ok()["link"].clone();
    let link = link.as_str().expect("a link");
    let code = link.strip_prefix("https://feedback.example/below/dashboard/join#");
    let fields = [
        ("code", code.expect("where to join")),
        ("name", "Newcomer"),
        ("login", "new@example.com"),
        ("password", "correct horse battery"),
    ];
    let joined = server.request("POST", "/dashboard/join").form(&fields);
    assert_eq!(joined.send().await.status, 303);
    assert!(key.items("/v1/_/invitations").await.is_empty());
    let people = key.items("/v1/_/people").await;
    let path_of = |name: &str| {
        let person = people.iter().find(|person| person["name"] == name);
        let id = person.expect("the person")["id"].clone();
        format!("/v1/_/people/{}", id.as_str().expect("an id"))
    };
    let (newcomer, first) = (path_of("Newcomer"), {
        let other = people.iter().find(|person| person["name"] != "Newcomer");
        path_of(other.expect("the first")["name"].as_str().expect("a name"))
    });
    let give = async |path: &str, role: &str| {
        let body = json!({ "role": role });
        key.call("PUT", path, Some(body)).await
    };
    give(&first, "viewer").await.fails(422, "invalid_request");
    assert_eq!(give(&newcomer, "admin").await.status, 204);
    assert_eq!(key.call("DELETE", &first, None).await.status, 204);
    let last = key.call("DELETE", &newcomer, None).await;
    last.fails(422, "invalid_request");
    key.call("DELETE", &first, None)
        .await
        .fails(404, "not_found");
    assert_eq!(key.items("/v1/_/people").await.len(), 1);
}

#[tokio::test]
async fn another_tenants_things_are_not_there() {
    let server = start().await;
    sign_in(&server).await;
    let own = Key::new(&server, "default", &[Scope::Admin]).await;
    let acme = Key::new(&server, "acme", &[Scope::Admin]).await;
    let id = vote(&server, "run-1").await;
    let mark = json!({ "ids": [&id], "annotation": "correct" });
    let done = own
        .call("POST", "/v1/_/triage", Some(mark.clone()))
        .await
        .ok();
    let view = json!({ "name": "n", "query": "outcome=negative" });
    own.call("POST", "/v1/_/views", Some(view)).await;
    own.call(
        "POST",
        "/v1/_/invitations",
        Some(json!({ "role": "viewer" })),
    )
    .await
    .ok();
    let context = server.request("PUT", CONTEXT).json(&json!("secret"));
    context.header("authorization", &own.key).send().await;
    let id_of = async |list: &str| {
        let id = own.items(list).await[0]["id"].clone();
        format!("{list}/{}", id.as_str().expect("an id"))
    };
    let undo = format!("/v1/_/triage/{}/undo", done["id"].as_str().expect("an id"));
    let role = Some(json!({ "role": "viewer" }));
    for (method, path, body) in [
        ("POST", "/v1/_/triage".to_owned(), Some(mark)),
        ("POST", undo, None),
        ("GET", CONTEXT.to_owned(), None),
        ("DELETE", CONTEXT.to_owned(), None),
        ("DELETE", id_of("/v1/_/views").await, None),
        ("DELETE", id_of("/v1/_/invitations").await, None),
        ("PUT", id_of("/v1/_/people").await, role),
        ("DELETE", id_of("/v1/_/people").await, None),
    ] {
        acme.call(method, &path, body).await.fails(404, "not_found");
    }
    for list in ["/v1/_/views", "/v1/_/invitations", "/v1/_/people"] {
        assert!(acme.items(list).await.is_empty(), "{list}");
        assert_eq!(own.items(list).await.len(), 1, "{list}");
    }
}
