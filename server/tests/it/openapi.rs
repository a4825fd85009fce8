//! The description of the calls says what the receiver does.

use serde_json::{Value, json};
use workflowai_feedback_server::Scope;

use crate::receiver::{Running, start, start_with};

async fn document(server: &Running) -> Value {
    server.get("/openapi.json").await.ok()
}

/// Every call of the document: its method and path.
fn calls(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let calls = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().expect("methods");
        methods
            .iter()
            .map(|(method, call)| (method.to_uppercase(), path.clone(), call.clone()))
    });
    calls.collect()
}

/// A path with something in the place of each name.
fn filled(path: &str) -> String {
    path.split('/')
        .map(|part| match part {
            "{tenant}" => "_",
            "{id}" => "01930000-0000-7000-8000-000000000001",
            part if part.starts_with('{') => "a",
            part => part,
        })
        .collect::<Vec<_>>()
        .join("/")
}

#[tokio::test]
async fn the_document_has_every_method_of_every_route_and_no_other() {
    let server = start().await;
    let document = document(&server).await;
    let calls = calls(&document);
    assert!(calls.len() >= 44, "{}", calls.len());
    for (_, path, _) in &calls {
        let mut documented: Vec<_> = calls
            .iter()
            .filter(|(_, other, _)| other == path)
            .map(|(method, ..)| method.as_str())
            .collect();
        documented.sort_unstable();
        let refused = server.request("PATCH", &filled(path)).send().await;
        refused.fails(405, "method_not_allowed");
        let allow = refused.header("allow");
        let mut allowed: Vec<_> = allow
            .split(',')
            .filter(|method| *method != "HEAD")
            .collect();
        allowed.sort_unstable();
        assert_eq!(allowed, documented, "{path}");
    }
    // A route that is added in any other way than with its description would be missing above.
    for source in [
        include_str!("../../src/public.rs"),
        include_str!("../../src/api.rs"),
        include_str!("../../src/operations.rs"),
    ] {
        assert!(!source.contains(".route("), "{source}");
    }
}

#[tokio::test]
async fn every_call_with_a_key_refuses_none_a_wrong_one_another_tenants_and_one_without_scope() {
    let server = start().await;
    let key = |tenant: &'static str, scopes: &'static [Scope]| {
        let server = &server;
        async move {
            let key = server.receiver.new_api_key(tenant, scopes).await;
            format!("Bearer {}", key.expect("a key"))
        }
    };
    let other = key("acme", &Scope::ALL).await;
    let powerless = key("default", &[Scope::Context]).await;
    let context_less = key("default", &[Scope::Mint]).await;
    let own = key("default", &Scope::ALL).await;
    let document = document(&server).await;
    let mut tried = 0;
    for (method, path, call) in calls(&document) {
        if !call["security"].is_array() {
            continue;
        }
        tried += 1;
        let body = json!({ "items": [{ "run_id": "r" }], "annotation": "correct",
            "url": "https://hooks.example/", "ids": ["i"], "name": "n", "query": "q=a",
            "role": "viewer" });
        let send = |key: Option<&String>, path: String| {
            let request = server.request(&method, &path).json(&body);
            match key {
                Some(key) => request.header("authorization", key).send(),
                None => request.send(),
            }
        };
        let path = filled(&path);
        let named = path.replacen("/_/", "/default/", 1);
        send(None, path.clone()).await.fails(401, "invalid_api_key");
        let nonsense = "Bearer nonsense".to_owned();
        send(Some(&nonsense), path.clone())
            .await
            .fails(401, "invalid_api_key");
        if path != named {
            let refused = send(Some(&other), named.clone()).await;
            refused.fails(403, "wrong_tenant");
        }
        let lacking = if path.ends_with("/context") {
            &context_less
        } else {
            &powerless
        };
        let refused = send(Some(lacking), path.clone()).await;
        refused.fails(403, "missing_scope");
        let taken = send(Some(&own), path.clone()).await;
        let status = taken.status.to_string();
        assert!(
            call["responses"][&status].is_object(),
            "{method} {path}: {status} is not described"
        );
    }
    assert!(tried >= 37, "{tried}");
}

#[tokio::test]
async fn answers_have_the_described_status_and_fields() {
    let server = start().await;
    let document = document(&server).await;
    let token = server.token("run-1").await;
    let bodies = [
        json!({ "feedback_token": token, "outcome": "positive", "comment": "c", "reasons": ["r"],
            "intent": { "client": "c", "sequence": 1, "age": 0 } }),
        json!({ "feedback_token": "junk", "outcome": "positive" }),
        json!({ "outcome": "positive" }),
        json!({ "items": [{ "feedback_token": token }] }),
    ];
    for path in [
        "/v1/feedback",
        "/v1/feedback/retract",
        "/v1/feedback/lookup",
    ] {
        for body in &bodies {
            let answer = server.post(path, body.clone()).await;
            let described =
                &document["paths"][path]["post"]["responses"][answer.status.to_string()];
            let schema = &described["content"]["application/json"]["schema"]["$ref"];
            let schema = schema
                .as_str()
                .unwrap_or_else(|| panic!("{path} {} is not described", answer.status));
            let schema = document
                .pointer(schema.trim_start_matches('#'))
                .expect("a schema");
            let answer = answer.json();
            let fields = answer.as_object().expect("an object");
            for field in fields.keys() {
                assert!(schema["properties"][field].is_object(), "{path}: {field}");
            }
            for field in schema["required"].as_array().into_iter().flatten() {
                let field = field.as_str().expect("a name");
                assert!(fields.contains_key(field), "{path}: {field}");
            }
        }
    }
}

#[tokio::test]
async fn the_page_shows_every_call_and_fetches_nothing_from_elsewhere() {
    let server = start_with(|config| {
        config.public_url = Some(
            "https://feedback.example/below"
                .parse()
                .expect("an address"),
        );
    })
    .await;
    let document = document(&server).await;
    let page = server.get("/docs").await;
    assert_eq!(page.status, 200);
    assert!(
        page.header("content-security-policy")
            .contains("default-src 'none'")
    );
    let html = page.text();
    for (method, path, call) in calls(&document) {
        assert!(
            html.contains(&format!("{method} {path}")),
            "{method} {path}"
        );
        let id = call["operationId"].as_str().expect("an id");
        assert!(html.contains(&format!("<section id=\"{id}\">")), "{id}");
    }
    for field in ["feedback_token", "has_comment", "expires_in", "run_id"] {
        assert!(html.contains(&format!("<code>{field}</code>")), "{field}");
    }
    assert!(html.contains("href=\"/below/docs/docs.css\""));
    assert!(!html.contains("http"), "no other address");
    let style = server.get("/docs/docs.css").await;
    assert!(style.header("content-type").starts_with("text/css"));
    assert_eq!(
        document["servers"][0]["url"],
        "https://feedback.example/below"
    );
}

/// Every reference in a document.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(to) if name == "$ref" => found.push(to.clone()),
                    value => references(value, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let document = document(&start().await).await;
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 20, "{found:?}");
    for reference in found {
        assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
    }
}

#[tokio::test]
async fn every_call_that_takes_a_body_describes_it() {
    let server = start().await;
    let document = document(&server).await;
    let taking = calls(&document).into_iter().filter(|(method, path, _)| {
        let bare = ["/retry", "/test", "/undo"];
        method == "POST" && !bare.iter().any(|end| path.ends_with(end))
    });
    for (_, path, call) in taking {
        let schema = &call["requestBody"]["content"]["application/json"]["schema"]["$ref"];
        let schema = schema.as_str().unwrap_or_else(|| panic!("{path}"));
        assert!(document.pointer(&schema[1..]).is_some(), "{path}: {schema}");
    }
}

#[tokio::test]
async fn every_filter_may_be_empty_as_a_form_sends_it_and_the_document_says_so() {
    let server = start().await;
    let key = server.receiver.new_api_key("default", &Scope::ALL).await;
    let key = format!("Bearer {}", key.expect("a key"));
    let document = document(&server).await;
    let takes_empty = |schema: &Value| {
        let strings = schema["oneOf"].as_array().into_iter().flatten();
        strings
            .chain([schema])
            .any(|one| one["type"] == "string" && one["minLength"].as_u64().unwrap_or(0) == 0)
    };
    let mut tried = 0;
    for (method, path, call) in calls(&document) {
        if !call["security"].is_array() {
            continue;
        }
        for parameter in call["parameters"].as_array().into_iter().flatten() {
            if parameter["in"] != "query" {
                continue;
            }
            tried += 1;
            let name = parameter["name"].as_str().expect("a name");
            assert!(takes_empty(&parameter["schema"]), "{path}?{name}=");
            if method == "GET" {
                let path = format!("{}?{name}=", filled(&path));
                let request = server.request(&method, &path);
                let answer = request.header("authorization", &key).send().await;
                assert_eq!(answer.status, 200, "{path}: {}", answer.text());
            }
        }
    }
    assert!(tried > 30, "{tried}");
}
