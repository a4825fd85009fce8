//! `/openapi.json`, made from the handlers, and `/docs`, the same for people.

mod page;

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::schema::{ArrayItems, OneOfBuilder, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, Info, ObjectBuilder, OpenApi, Ref, RefOr, ResponseBuilder, Schema, Server,
};
use utoipa::{IntoResponses, PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use workflowai_feedback_protocol::{ErrorBody, Outcome, limits};

use crate::app::Shared;
use crate::base::Base;
use crate::error::method_not_allowed;
use crate::export::Format;
use crate::{api, operations, public};

const ABOUT: &str = "Receives feedback votes on AI answers. Calls of pages need a feedback token \
    alone; calls of backends need an API key. An error is always \
    `{\"error\": {\"code\", \"message\"}}`, and its message begins with the field that is to blame.";

/// `/openapi.json` and `/docs`
pub fn router(app: &Shared) -> Router {
    Router::new()
        .route("/openapi.json", get(json))
        .route("/docs", get(page::page))
        .route("/docs/docs.css", get(page::style))
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(app.clone())
}

async fn json(State(app): State<Shared>, base: Base) -> Response {
    let document = document(&app, base).to_json();
    match document {
        Ok(json) => (
            [(CONTENT_TYPE, HeaderValue::from_static("application/json"))],
            json,
        )
            .into_response(),
        Err(error) => {
            tracing::error!(%error, "the description could not be written");
            axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The description of every call, for a receiver that is reached under `base`.
fn document(app: &Shared, Base(base): Base) -> OpenApi {
    let calls = OpenApiRouter::<Shared>::new()
        .merge(public::calls())
        .merge(api::calls())
        .merge(operations::calls());
    let mut document = calls.into_openapi();
    document.info = Info::new("workflowai-feedback", env!("CARGO_PKG_VERSION"));
    document.info.description = Some(ABOUT.into());
    let url = app.config.public_url.as_ref().map(ToString::to_string);
    let url = url.map_or(base, |url| url.trim_end_matches('/').to_owned());
    if !url.is_empty() {
        document.servers = Some(vec![Server::new(url)]);
    }
    shared(&mut document);
    document
}

/// Adds what several calls share.
fn shared(document: &mut OpenApi) {
    let mut scheme = Http::new(HttpAuthScheme::Bearer);
    scheme.description = Some("An API key, from `api-key new`".into());
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("api_key", SecurityScheme::Http(scheme));
    let mut schemas = vec![
        (ErrorBody::name().into_owned(), ErrorBody::schema()),
        // Parameters do not bring theirs along.
        (Format::name().into_owned(), Format::schema()),
        (Outcome::name().into_owned(), Outcome::schema()),
    ];
    ErrorBody::schemas(&mut schemas);
    components.schemas.extend(schemas);
    for path in document.paths.paths.values_mut() {
        let calls = [
            &mut path.get,
            &mut path.put,
            &mut path.post,
            &mut path.delete,
        ];
        for call in calls.into_iter().flatten() {
            for parameter in call.parameters.iter_mut().flatten() {
                if let RefOr::T(parameter) = parameter
                    && let Some(schema) = &mut parameter.schema
                {
                    plain(&parameter.name, schema);
                    if matches!(parameter.parameter_in, ParameterIn::Query) {
                        or_empty(schema);
                    }
                }
            }
        }
    }
    let components = document.components.get_or_insert_default();
    // Items of a lookup fail one by one, and not the request.
    let whole = components.schemas.iter_mut();
    for (_, schema) in whole.filter(|(name, _)| !name.starts_with("Lookup")) {
        if let RefOr::T(Schema::Object(object)) = schema {
            for (name, schema) in &mut object.properties {
                plain(name, schema);
            }
        }
    }
}

/// What no id may hold, and what no text may.
const PLAIN: &str = "^[^\\u0000-\\u001f\\u007f-\\u009f]*$";
const TEXT: &str = "^[^\\u0000]*$";

const CURSOR: &str = "^([0-9]{1,18}\\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$";
const MARKED: &str = "^(open|resolved|incorrect|correct)?$";

/// Says of a text which characters it takes: what a derived schema does not know.
fn plain(name: &str, schema: &mut RefOr<Schema>) {
    let pattern = match name {
        "tenant" | "agent_id" | "run_id" | "user_id" | "client" => PLAIN,
        "comment" | "name" | "note" | "reason" | "reasons" | "q" => TEXT,
        "cursor" => CURSOR,
        "annotation" => MARKED,
        _ => return,
    };
    match schema {
        RefOr::T(Schema::Object(object)) => object.pattern = Some(pattern.to_owned()),
        RefOr::T(Schema::Array(array)) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items
                && let RefOr::T(Schema::Object(reason)) = &mut **items
            {
                reason.min_length = Some(1);
                reason.max_length = Some(limits::REASON_CHARACTERS);
                reason.pattern = Some(pattern.to_owned());
            }
        }
        _ => {}
    }
}

/// Says of a parameter of a query that it may be empty, as a form sends a field that is not filled
/// in. Texts say it by having no least length.
fn or_empty(schema: &mut RefOr<Schema>) {
    let empty = ObjectBuilder::new()
        .schema_type(Type::String)
        .max_length(Some(0));
    match schema {
        RefOr::T(Schema::OneOf(several)) => several.items.push(Schema::from(empty).into()),
        RefOr::T(Schema::Object(object)) if object.schema_type == Type::String.into() => {}
        other => {
            let several = OneOfBuilder::new().item(other.clone()).item(empty);
            *other = several.into();
        }
    }
}

/// What calls may answer but success: a type for each kind of call, to be named in its
/// description.
macro_rules! refusals {
    ($($(#[$words:meta])* $name:ident: { $($status:literal $why:literal,)* })*) => { $(
        $(#[$words])*
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
                BTreeMap::from([$(($status.to_string(), refusal($why))),*])
            }
        }
    )* };
}

fn refusal(why: &str) -> RefOr<utoipa::openapi::Response> {
    let body = RefOr::Ref(Ref::from_schema_name(ErrorBody::name()));
    let content = ContentBuilder::new().schema(Some(body)).build();
    let response = ResponseBuilder::new().description(why);
    RefOr::T(response.content("application/json", content).build())
}

refusals! {
    /// With a feedback token.
    PublicRefusals: {
        400 "`invalid_feedback_token`",
        401 "`expired_feedback_token`",
        403 "`user_mismatch`, `unbound_token` or `user_limit_reached`",
        408 "`request_timeout`: the body took too long",
        413 "`too_large`: the body is over 256 KiB",
        415 "`unsupported_media_type`: the body is not declared as JSON",
        422 "`invalid_request`, naming the field",
        429 "`rate_limited`; `Retry-After` says for how long",
        503 "`storage_unavailable`; send it again after `Retry-After`",
    }
    /// With an API key.
    ReadRefusals: {
        401 "`invalid_api_key`",
        403 "`wrong_tenant` or `missing_scope`",
        422 "`invalid_request`, naming the field",
        503 "`storage_unavailable`",
    }
    /// With an API key and a body.
    KeyedRefusals: {
        401 "`invalid_api_key`",
        403 "`wrong_tenant` or `missing_scope`",
        408 "`request_timeout`: the body took too long",
        413 "`too_large`: the body is over the limit",
        415 "`unsupported_media_type`: the body is not declared as JSON",
        422 "`invalid_request`, naming the field",
        503 "`storage_unavailable`",
    }
    /// Of operations.
    StorageRefusals: {
        503 "`storage_unavailable`",
    }
}
