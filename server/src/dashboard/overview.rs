use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use workflowai_feedback_protocol::Outcome;

use super::address::Address;
use super::change::Change;
use super::chart::{Chart, Day};
use super::frame::Frame;
use super::row::Row;
use super::session::Viewer;
use super::zone::Zone;
use super::{number, render};
use crate::api::{Asked, Filters, parsed, read};
use crate::app::Shared;
use crate::base::Base;
use crate::clock::{SECOND, now};
use crate::error::ApiError;
use crate::statistics::Share;
use crate::storage::{AgentTotals, BUCKET, Filter, Reasons, Storage, StorageError, Totals};

const HOUR: i64 = 60 * 60 * SECOND;
const DAY: i64 = 24 * HOUR;
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
    votes: Figure,
    people: Figure,
    positive: Option<Share>,
    positive_change: Change,
    commented: Option<Share>,
    comments: i64,
    comments_change: Change,
    chart: Chart,
    ranked: Vec<Ranked>,
    reasons: Reasons,
    complaints: Vec<Row>,
}

/// A number of votes against that of the range before.
struct Figure {
    count: i64,
    change: Change,
}

/// An agent among the others.
struct Ranked {
    agent: String,
    votes: i64,
    share: Share,
    change: Change,
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
    zone: Zone,
    Base(base): Base,
    asks: Asked<Asks>,
) -> Result<Response, ApiError> {
    let asks = read(asks)?;
    let tenant = viewer.tenant();
    let count = parsed("days", asks.days, "7, 30 or 90", |text| {
        text.parse().ok().filter(|days| RANGES.contains(days))
    })?;
    let count = count.unwrap_or(RANGES[1]);
    let agent = asks.agent.filter(|agent| !agent.is_empty());
    // Whole days of the viewer, today's until now; before it the same span of time.
    let now = now();
    let to = now - now.rem_euclid(BUCKET) + BUCKET;
    let days = zone.days_until(now, count);
    let from = days.first().map_or(to, |day| zone.start_of(*day));
    let filter = Filter {
        agent: agent.clone(),
        from: Some(from),
        to: Some(to),
        ..Filter::default()
    };
    let storage = &app.storage;
    let complaints = Filter {
        outcome: Some(Outcome::Negative),
        has_comment: Some(true),
        ..filter.clone()
    };
    let one = agent.as_deref();
    // Days begin at a quarter of an hour at worst.
    let is_hourly = days.iter().all(|day| zone.start_of(*day) % HOUR == 0);
    let step = if is_hourly { HOUR } else { BUCKET };
    let (by_step, by_agent, by_agent_before, people, reasons, complaints, agents) = tokio::try_join!(
        storage.totals_by(tenant, &filter, step),
        storage.totals_by_agent(tenant, one, from, to),
        storage.totals_by_agent(tenant, one, from - count * DAY, to - count * DAY),
        people(storage, tenant, one, from, to),
        storage.reasons(tenant, &filter),
        storage.list(tenant, &complaints, None, 0, COMMENTS),
        storage.agents(tenant),
    )?;
    let (people, people_before) = people;
    let by_day = by_day(&zone, &by_step);
    let (totals, totals_before) = (sum(&by_agent), sum(&by_agent_before));
    let (positive, positive_before) = (positive(&totals), positive(&totals_before));
    let (commented, commented_before) = (commented(&totals), commented(&totals_before));
    let page = Page {
        frame: Frame::new(&base, &viewer, &zone, "overview"),
        days: count,
        agent: agent.unwrap_or_default(),
        agents,
        votes: Figure {
            count: totals.votes(),
            change: Change::of_count(totals.votes(), totals_before.votes()),
        },
        people: Figure {
            count: people,
            change: Change::of_people(people, people_before),
        },
        positive_change: Change::of_share(positive.as_ref(), positive_before.as_ref()),
        positive,
        comments_change: Change::of_share(commented.as_ref(), commented_before.as_ref()),
        comments: totals.comments(),
        commented,
        chart: Chart::new(
            days.into_iter()
                .map(|day| Day::new(day, by_day.get(&day).copied().unwrap_or_default()))
                .collect(),
        ),
        ranked: ranked(by_agent, &by_agent_before),
        reasons,
        complaints: complaints
            .items
            .into_iter()
            .map(|entry| Row::new(entry, &zone))
            .collect(),
    };
    Ok(render(StatusCode::OK, &page))
}

/// About how many people voted, and how many in as many days before. The days are those of UTC.
async fn people(
    storage: &Storage,
    tenant: &str,
    agent: Option<&str>,
    from: i64,
    to: i64,
) -> Result<(i64, i64), StorageError> {
    let from = from - from.rem_euclid(DAY);
    let to = to + (-to).rem_euclid(DAY);
    let before = from - (to - from);
    Ok((
        storage.people_between(tenant, agent, from, to).await?,
        storage.people_between(tenant, agent, before, from).await?,
    ))
}

/// Sums of the viewer's days. A quarter of an hour is never of two.
fn by_day(zone: &Zone, buckets: &[(i64, Totals)]) -> BTreeMap<jiff::civil::Date, Totals> {
    let mut days = BTreeMap::<_, Totals>::new();
    for (start, totals) in buckets {
        let day = days.entry(zone.day(*start)).or_default();
        *day = day.plus(totals);
    }
    days
}

/// All agents together.
fn sum(agents: &[AgentTotals]) -> Totals {
    let all = agents.iter().map(|agent| agent.totals);
    all.fold(Totals::default(), |sum, totals| sum.plus(&totals))
}

fn positive(totals: &Totals) -> Option<Share> {
    Share::of(totals.positive, totals.votes())
}

fn commented(totals: &Totals) -> Option<Share> {
    Share::of(totals.comments(), totals.votes())
}

/// By what is certain of each: the lower end of its interval, so that 3 of 3 does not beat 950 of
/// 1,000.
fn ranked(agents: Vec<AgentTotals>, before: &[AgentTotals]) -> Vec<Ranked> {
    let mut ranked: Vec<Ranked> = agents
        .into_iter()
        .filter_map(|AgentTotals { agent, totals }| {
            let share = positive(&totals)?;
            let before = before.iter().find(|other| other.agent == agent);
            let before = before.and_then(|before| positive(&before.totals));
            Some(Ranked {
                agent,
                votes: totals.votes(),
                change: Change::of_share(Some(&share), before.as_ref()),
                share,
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

    /// The list of the votes that something here sums up.
    fn list(&self, outcome: &str, agent: &str, reason: &str) -> String {
        let filters = Filters {
            outcome: Some(outcome.to_owned()),
            reason: Some(reason.to_owned()),
            ..Filters::default()
        };
        let address = Address::new(&filters, Some(agent), None, None);
        let from = self.chart.days.first().map(|day| day.date.to_string());
        let from = from.unwrap_or_default();
        let query = address.with("from", &from);
        format!("{}/dashboard{query}", self.frame.base)
    }
}

/// Reasons chosen, against the most frequent one, in percent.
fn bar(reasons: &Reasons, votes: i64) -> i64 {
    let most = reasons.counts.first().map_or(1, |first| first.votes);
    votes * 100 / most.max(1)
}
