//! Sends spans of requests to a collector of `OpenTelemetry` (feature `otel`). Its settings are the
//! standard `OTEL_*` variables, which other programs of a team have too.

use std::env;

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{
    OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL, SpanExporter,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use workflowai_feedback_server::TRACES;

use super::Failure;
use super::log::Listener;

/// The name that others know the receiver by, unless the environment has another.
const SERVICE: &str = "workflowai-feedback-server";

/// Where spans go. What still waits is sent when this is dropped.
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// As the environment says. None where it names no collector, or switches traces off.
    pub fn from_environment() -> Result<Option<Self>, Failure> {
        let is = |name, value| set(name).is_some_and(|set| set.eq_ignore_ascii_case(value));
        if is("OTEL_SDK_DISABLED", "true") || is("OTEL_TRACES_EXPORTER", "none") {
            return Ok(None);
        }
        let collector = [
            OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
            OTEL_EXPORTER_OTLP_ENDPOINT,
        ];
        if collector.into_iter().all(|name| set(name).is_none()) {
            return Ok(None);
        }
        let protocol = [
            OTEL_EXPORTER_OTLP_TRACES_PROTOCOL,
            OTEL_EXPORTER_OTLP_PROTOCOL,
        ];
        let protocol = protocol
            .into_iter()
            .find_map(|name| Some((name, set(name)?)));
        if let Some((name, protocol)) = protocol.filter(|(_, set)| set != "http/protobuf") {
            return Err(Failure(format!(
                "{name} is {protocol}; the receiver speaks http/protobuf alone"
            )));
        }
        // The exporter's client takes the process's. It may be there already, in a test.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let exporter = SpanExporter::builder()
            .with_http()
            .build()
            .map_err(|error| Failure(format!("traces cannot be sent: {error}")))?;
        let mut resource = Resource::builder();
        if !is_named() {
            resource = resource.with_service_name(SERVICE);
        }
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource.build());
        Ok(Some(Self(provider.build())))
    }

    /// Takes the spans that are meant for traces, and nothing else that is logged: not even inside
    /// one of them.
    pub fn layer(&self) -> Listener {
        let layer = tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer(SERVICE))
            .with_level(false)
            .with_location(false)
            .with_target(false)
            .with_threads(false)
            .with_tracked_inactivity(false);
        let wanted = Targets::new().with_target(TRACES, LevelFilter::TRACE);
        layer.with_filter(wanted).boxed()
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown() {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}

/// A variable that has a value.
fn set(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn is_named() -> bool {
    let attributes = set("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default();
    let mut names = attributes.split(',').filter_map(|one| one.split_once('='));
    set("OTEL_SERVICE_NAME").is_some() || names.any(|(name, _)| name.trim() == "service.name")
}
