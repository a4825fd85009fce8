//! What the receiver's spans have to do with those of its callers.

use std::collections::HashMap;

use axum::http::HeaderMap;
use opentelemetry::Context;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The headers that name the span a request was sent under (W3C Trace Context).
const CALLER: [&str; 2] = ["traceparent", "tracestate"];

/// Puts the span of a request under the one that its headers name.
pub fn under_callers_span(span: &Span, headers: &HeaderMap) {
    let text = |name: &str| Some(headers.get(name)?.to_str().ok()?.to_owned());
    let carried: HashMap<String, String> = CALLER
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), text(name)?)))
        .collect();
    let caller = TraceContextPropagator::new().extract_with_context(&Context::new(), &carried);
    // Nobody listens to a span that cannot have one.
    let _ = span.set_parent(caller);
}
