use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::chart::{Chart, Day};
use super::frame::Frame;
use super::row::Row;
use super::session::Viewer;
use super::{address::Address, number, render};
use crate::api::{Asked, Filters, parsed, read};
use crate::app::Shared;
use crate::base::Base;
use crate::clock::{SECOND, now};
use crate::error::ApiError;
use crate::statistics::Share;
use crate::storage::{AgentTotals, Filter, Totals};

const DAY: i64 = 24 * 60 * 60 * SECOND;
/// The ranges to choose from, in days.
const RANGES: [i64; 3] = [7, 30, 90];
/// Comments shown.
const COMMENTS: u32 = 5;

#[derive(Template)]
#[template(path = "overview.html")]
struct Page<'a> {
    frame: Frame<'a>,
    days: i64,
    agent: String,
    agents: Vec<String>,
    totals: Totals,
    share: Option<Share>,
    before: Before,
    chart: Chart,
    ranked: Vec<Ranked>,
    comments: Vec<Row>,
}

/// The range before, to compare with.
struct Before {
    totals: Totals,
    share: Option<Share>,
}

/// An agent among the others.
struct Ranked {
    agent: String,
    votes: i64,
    share: Share,
}

/// What the page is asked.
#[derive(Deserialize)]
pub struct Asks {
    days: Option<String>,
    agent: Option<String>,
}

/// `GET /dashboard/overview`
pub async fn page(
    State(app): State<Shared>,
    viewer: Viewer,
    Base(base): Base,
    asks: Asked<Asks>,
) -> Result<Response, ApiError> {
    let asks = read(asks)?;
    let tenant = viewer.tenant();
    let days = parsed("days", asks.days, "7, 30 or 90", |text| {
        text.parse().ok().filter(|days| RANGES.contains(days))
    })?;
    let days = days.unwrap_or(RANGES[1]);
    let agent = asks.agent.filter(|agent| !agent.is_empty());
    // Whole days, today's to its end.
    let now = now();
    let to = now - now.rem_euclid(DAY) + DAY;
    let from = to - days * DAY;
    let range = |from, to| Filter {
        agent: agent.clone(),
        from: Some(from),
        to: Some(to),
        ..Filter::default()
    };
    let filter = range(from, to);
    let totals = app.storage.totals(tenant, &filter).await?;
    let before = app
        .storage
        .totals(tenant, &range(from - days * DAY, from))
        .await?;
    let by_day = app.storage.totals_by(tenant, &filter, DAY).await?;
    let by_agent = app.storage.totals_by_agent(tenant, &filter).await?;
    let complaints = Filter {
        outcome: Some(NEGATIVE),
        has_comment: Some(true),
        ..filter
    };
    let comments = app
        .storage
        .list(tenant, &complaints, None, 0, COMMENTS)
        .await?
        .items;
    let page = Page {
        frame: Frame::new(&base, &viewer, "overview"),
        days,
        agent: agent.unwrap_or_default(),
        agents: app.storage.agents(tenant).await?,
        share: share(&totals),
        totals,
        before: Before {
            share: share(&before),
            totals: before,
        },
        chart: Chart::new((0..days).map(|day| {
            let at = from + day * DAY;
            let totals = by_day.iter().find(|(start, _)| *start == at);
            Day::new(
                at,
                totals.map_or_else(Totals::default, |(_, totals)| *totals),
            )
        })),
        ranked: ranked(by_agent),
        comments: comments.into_iter().map(Row::from).collect(),
    };
    Ok(render(StatusCode::OK, &page))
}

const NEGATIVE: workflowai_feedback_protocol::Outcome =
    workflowai_feedback_protocol::Outcome::Negative;

fn share(totals: &Totals) -> Option<Share> {
    Share::of(totals.positive, totals.votes())
}

/// By what is certain of each: the lower end of its interval, so that 3 of 3 does not beat 950 of
/// 1,000.
fn ranked(agents: Vec<AgentTotals>) -> Vec<Ranked> {
    let mut ranked: Vec<Ranked> = agents
        .into_iter()
        .filter_map(|AgentTotals { agent, totals }| {
            Some(Ranked {
                agent,
                votes: totals.votes(),
                share: share(&totals)?,
            })
        })
        .collect();
    ranked.sort_by(|a, b| b.share.low.total_cmp(&a.share.low));
    ranked
}

impl Ranked {
    fn votes(&self) -> String {
        number(self.votes)
    }
}

impl Page<'_> {
    fn base(&self) -> &str {
        self.frame.base
    }

    /// The share against the range before, in words that claim no more than is known.
    fn change(&self) -> String {
        match (&self.share, &self.before.share) {
            (Some(share), Some(before)) if share.is_apart_from(before) => {
                let way = if share.middle > before.middle {
                    "up"
                } else {
                    "down"
                };
                format!("{way} from {} %", before.percent())
            }
            (Some(_), Some(before)) => format!("no clear change from {} %", before.percent()),
            _ => format!("nothing to compare in the {} days before", self.days),
        }
    }

    /// The list of the votes that something here sums up.
    fn votes(&self, outcome: &str, agent: &str) -> String {
        let filters = Filters {
            outcome: Some(outcome.to_owned()),
            ..Filters::default()
        };
        let address = Address::new(&filters, Some(agent), None);
        let from = self
            .chart
            .days
            .first()
            .map(|day| day.date.clone())
            .unwrap_or_default();
        format!(
            "{}/dashboard{}",
            self.frame.base,
            address.with("from", &from)
        )
    }
}
