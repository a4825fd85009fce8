use std::sync::atomic::AtomicI64;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::observe::known;

/// The media type of the text below (`OpenMetrics` 1.0).
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Buckets from 1 ms to 8 s.
const BUCKETS: (f64, f64, u16) = (0.001, 2.0, 14);

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    route: String,
    method: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

/// What Prometheus is told. Routes are templates, so that no id gets in and labels stay few.
pub struct Metrics {
    registry: Registry,
    answers: Family<Answer, Counter>,
    seconds: Family<Route, Histogram>,
    writes: Writes,
    taken: Counter,
    not_taken: Counter,
}

/// Of the writer.
#[derive(Clone)]
pub struct Writes {
    /// Groups of writes committed.
    pub commits: Counter,
    /// Writes in them.
    pub committed: Counter,
    /// Writes of groups that could not be committed.
    pub failed: Counter,
    /// How long a commit took, in seconds.
    pub seconds: Histogram,
    /// Writes that wait for a commit.
    pub waiting: Gauge<i64, AtomicI64>,
}

fn seconds() -> Histogram {
    let (first, factor, count) = BUCKETS;
    Histogram::new(exponential_buckets(first, factor, count))
}

impl Writes {
    /// At nought.
    pub fn new() -> Self {
        Self {
            commits: Counter::default(),
            committed: Counter::default(),
            failed: Counter::default(),
            seconds: seconds(),
            waiting: Gauge::default(),
        }
    }
}

impl Metrics {
    /// Of a receiver whose writer counts in `writes`.
    pub fn new(writes: Writes) -> Self {
        let mut registry = Registry::with_prefix("workflowai_feedback");
        let answers = Family::default();
        registry.register("http_answers", "Requests answered", answers.clone());
        let times = Family::new_with_constructor(seconds as fn() -> Histogram);
        registry.register("http_seconds", "Time to the answer", times.clone());
        registry.register(
            "commits",
            "Groups of writes on disk",
            writes.commits.clone(),
        );
        registry.register("writes", "Writes on disk", writes.committed.clone());
        registry.register(
            "writes_failed",
            "Writes refused by the database",
            writes.failed.clone(),
        );
        registry.register(
            "commit_seconds",
            "Time to commit a group",
            writes.seconds.clone(),
        );
        registry.register(
            "writes_waiting",
            "Writes waiting for a commit",
            writes.waiting.clone(),
        );
        let (taken, not_taken) = (Counter::default(), Counter::default());
        registry.register(
            "webhook_taken",
            "Messages that webhooks took",
            taken.clone(),
        );
        registry.register(
            "webhook_failed",
            "Messages that webhooks did not take",
            not_taken.clone(),
        );
        Self {
            registry,
            answers,
            seconds: times,
            writes,
            taken,
            not_taken,
        }
    }

    /// Counts messages that were sent to webhooks.
    pub fn told(&self, taken: usize, not_taken: usize) {
        self.taken.inc_by(taken as u64);
        self.not_taken.inc_by(not_taken as u64);
    }

    /// Counts an answer.
    pub fn answered(&self, route: &str, method: &Method, status: StatusCode, took: Duration) {
        let method = known(method).unwrap_or("other");
        let answer = Answer {
            route: route.to_owned(),
            method: method.to_owned(),
            status: status.as_u16(),
        };
        self.answers.get_or_create(&answer).inc();
        let route = Route {
            route: route.to_owned(),
        };
        self.seconds
            .get_or_create(&route)
            .observe(took.as_secs_f64());
    }

    /// Everything, as text.
    pub fn text(&self, waiting: usize) -> String {
        let waiting = i64::try_from(waiting).unwrap_or(i64::MAX);
        self.writes.waiting.set(waiting);
        let mut text = String::new();
        text::encode(&mut text, &self.registry).expect("writing to memory");
        text
    }
}
