use askama::Template;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Response};
use serde_json::Value;

use crate::app::Shared;
use crate::base::Base;

/// Nothing but this page's own style.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// A text whose parts between backticks are code.
type Words<'a> = Vec<(bool, &'a str)>;

#[derive(Template)]
#[template(path = "docs.html")]
struct Page<'a> {
    base: String,
    version: &'a str,
    about: Words<'a>,
    calls: Vec<Call<'a>>,
}

struct Call<'a> {
    id: String,
    method: String,
    path: &'a str,
    title: &'a str,
    about: Words<'a>,
    keyed: bool,
    fields: Vec<Field<'a>>,
    answers: Vec<(&'a str, Words<'a>)>,
    reply: Vec<Field<'a>>,
}

struct Field<'a> {
    name: &'a str,
    place: &'a str,
    kind: String,
    required: bool,
    about: Words<'a>,
}

/// `/docs`
pub async fn page(State(app): State<Shared>, base: Base) -> Response {
    let path = base.0.clone();
    let document = super::document(&app, base);
    let page = serde_json::to_value(&document)
        .map_err(|error| error.to_string())
        .and_then(|document| {
            let page = Page {
                base: path,
                version: env!("CARGO_PKG_VERSION"),
                about: words(text(&document["info"]["description"])),
                calls: calls(&document),
            };
            page.render().map_err(|error| error.to_string())
        });
    match page {
        Ok(html) => {
            let policy = HeaderValue::from_static(POLICY);
            ([(CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "the page of the calls could not be rendered");
            axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// `/docs/docs.css`
pub async fn style() -> impl IntoResponse {
    let kind = HeaderValue::from_static("text/css; charset=utf-8");
    (
        [(CONTENT_TYPE, kind)],
        include_str!("../../static/docs.css"),
    )
}

fn calls(document: &Value) -> Vec<Call<'_>> {
    let mut calls = Vec::new();
    for (path, methods) in members(&document["paths"]) {
        for (method, call) in members(methods) {
            let parameters = call["parameters"].as_array().into_iter().flatten();
            let mut fields: Vec<Field<'_>> = parameters
                .map(|parameter| Field {
                    name: text(&parameter["name"]),
                    place: text(&parameter["in"]),
                    kind: kind(&parameter["schema"]),
                    required: parameter["required"] == true,
                    about: words(text(&parameter["description"])),
                })
                .collect();
            let json = "application/json";
            fields.extend(properties(
                document,
                &call["requestBody"]["content"][json]["schema"],
            ));
            let reply = properties(
                document,
                &call["responses"]["200"]["content"][json]["schema"],
            );
            let answers = members(&call["responses"])
                .map(|(status, answer)| (status, words(text(&answer["description"]))))
                .collect();
            calls.push(Call {
                id: text(&call["operationId"]).to_owned(),
                method: method.to_uppercase(),
                path,
                title: text(&call["summary"]),
                about: words(text(&call["description"])),
                keyed: call["security"].is_array(),
                fields,
                answers,
                reply,
            });
        }
    }
    calls
}

/// The fields of an object that is named by reference.
fn properties<'a>(document: &'a Value, schema: &'a Value) -> Vec<Field<'a>> {
    let schema = document
        .pointer(text(&schema["$ref"]).trim_start_matches('#'))
        .unwrap_or(schema);
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .map(text)
        .collect();
    members(&schema["properties"])
        .map(|(name, property)| Field {
            name,
            place: "body",
            kind: kind(property),
            required: required.contains(&name),
            about: words(text(&property["description"])),
        })
        .collect()
}

/// What a value may be, in a few words.
fn kind(schema: &Value) -> String {
    if let Some(name) = text(&schema["$ref"])
        .rsplit('/')
        .next()
        .filter(|name| !name.is_empty())
    {
        return name.to_owned();
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        if let Some(kinds) = schema[several].as_array() {
            // That a parameter may be empty goes without saying.
            let kinds = kinds.iter().filter(|kind| kind["maxLength"] != 0);
            return kinds.map(kind).collect::<Vec<_>>().join(" or ");
        }
    }
    match &schema["type"] {
        Value::String(one) if one == "array" => format!("list of {}", kind(&schema["items"])),
        Value::String(one) => one.clone(),
        Value::Array(several) if several.iter().any(|one| one == "array") => {
            format!("list of {} or null", kind(&schema["items"]))
        }
        Value::Array(several) => several.iter().map(text).collect::<Vec<_>>().join(" or "),
        _ => "any".into(),
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), value))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn words(text: &str) -> Words<'_> {
    let parts = text.split('`').enumerate();
    parts.map(|(index, part)| (index % 2 == 1, part)).collect()
}
