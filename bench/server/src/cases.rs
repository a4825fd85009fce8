//! What the team asks of its votes, as requests.

use std::net::SocketAddr;

use serde_json::Value;

use crate::client::get;
use crate::failure::Failure;
use crate::receiver::bearer;
use crate::votes::{AGENTS, BIG, COMMON, RARE, REASONS, Votes};

/// Requests of each case; variants take turns.
pub const REQUESTS: usize = 200;
const DAY: u64 = 24 * 60 * 60 * 1_000;

/// Requests of one kind.
pub struct Case {
    pub name: &'static str,
    /// With the key of the API, or with a session of the dashboard.
    pub of_dashboard: bool,
    /// Different ones, in turn.
    pub paths: Vec<String>,
}

/// What can be asked of a database that [`generate`](crate::generate) filled until `end`.
pub async fn cases(address: SocketAddr, end: i64) -> Result<Vec<Case>, Failure> {
    let mut random = Votes::new(9, 1);
    let end = u64::try_from(end / 1_000)?;
    let samples = samples(address, &mut random, end).await?;
    let ranges: Vec<String> = (10..110)
        .map(|days| (day(end - days * DAY), day(end - (days - 7) * DAY)))
        .map(|(from, to)| format!("&from={from}&to={to}"))
        .collect();
    let users: Vec<String> = samples
        .iter()
        .filter_map(|vote| Some(format!("&user_id={}", text(vote, "user_id")?)))
        .collect();
    let mut cases = filters(&mut random, end, &users, &ranges);
    cases.extend(searches(&ranges));
    cases.push(Case {
        name: "one run",
        of_dashboard: false,
        paths: samples
            .iter()
            .filter_map(|vote| {
                let (agent, run) = (text(vote, "agent_id")?, text(vote, "run_id")?);
                Some(format!("/v1/_/agents/{agent}/runs/{run}/feedback"))
            })
            .collect(),
    });
    cases.push(Case {
        name: "newest of a small agent",
        of_dashboard: false,
        paths: (100..AGENTS)
            .map(|agent| format!("/v1/_/agents/agent-{agent}/feedback"))
            .collect(),
    });
    cases.extend(pages(&samples));
    Ok(cases)
}

/// Of the list of the big agent, with these queries.
fn list(name: &'static str, queries: impl IntoIterator<Item = String>) -> Case {
    let path = |query| format!("/v1/_/agents/{BIG}/feedback?limit=50{query}");
    Case {
        name,
        of_dashboard: false,
        paths: queries.into_iter().map(path).collect(),
    }
}

fn one(query: &str) -> [String; 1] {
    [query.to_owned()]
}

/// Each of them with another filter.
fn with<'a>(queries: &'a [String], filter: &'a str) -> impl Iterator<Item = String> + 'a {
    queries.iter().map(move |query| format!("{query}{filter}"))
}

fn filters(random: &mut Votes, end: u64, users: &[String], ranges: &[String]) -> Vec<Case> {
    let place = |_| {
        let at = end - random.below(110 * DAY);
        format!("&cursor={at}000.{}", random.id(at))
    };
    let places: Vec<String> = (0..REQUESTS).map(place).collect();
    let reasons = REASONS.map(|reason| format!("&reason={}", reason.replace(' ', "+")));
    let complaints = "&outcome=negative&has_comment=true&annotation=open";
    vec![
        list("newest", one("")),
        list("page by cursor, anywhere", places),
        list("offset 10,000", one("&offset=10000")),
        list("outcome", one("&outcome=negative")),
        list("has_comment", one("&has_comment=true")),
        list("reason", reasons),
        list("reason that nobody chose", one("&reason=Rude")),
        list("user_id", users.to_vec()),
        list("annotation", one("&annotation=incorrect")),
        list("annotation=open", one("&annotation=open")),
        list("from and to, seven days", ranges.to_vec()),
        list(
            "from and to in the middle of a quarter of an hour",
            ranges_in_minutes(ranges),
        ),
        list("complaints with words that are open", one(complaints)),
        list(
            "range, outcome, reason",
            with(ranges, "&outcome=negative&reason=Too+long"),
        ),
        list(
            "range, mark, comment",
            with(ranges, "&annotation=resolved&has_comment=true"),
        ),
        list("user_id and outcome", with(users, "&outcome=negative")),
    ]
}

fn searches(ranges: &[String]) -> Vec<Case> {
    let (common, rare) = (format!("&q={COMMON}"), format!("&q={RARE}"));
    vec![
        list("q, a common word", [common.clone()]),
        list("q, common words", one("&q=the+answer+discount")),
        list("q, a rare word", [rare.clone()]),
        list("q, two characters", one("&q=an")),
        list("q, a word that is nowhere", one("&q=xylophone")),
        list("q, a rare word and outcome", [rare + "&outcome=negative"]),
        list("q, a common word in a range", with(ranges, &common)),
    ]
}

fn pages(samples: &[Value]) -> Vec<Case> {
    let page = |name, queries: Vec<String>| Case {
        name,
        of_dashboard: true,
        paths: with(&queries, "")
            .map(|query| format!("/dashboard{query}"))
            .collect(),
    };
    let votes = samples
        .iter()
        .filter_map(|vote| Some(format!("/votes/{}", text(vote, "id")?)));
    let big = format!("agent={BIG}");
    vec![
        page("dashboard: list", vec![String::new()]),
        page("dashboard: list of the big agent", vec![format!("?{big}")]),
        page(
            "dashboard: complaints with words",
            vec!["?outcome=negative&has_comment=true".into()],
        ),
        page("dashboard: a reason", vec!["?reason=Too+long".into()]),
        page("dashboard: marked", vec!["?annotation=resolved".into()]),
        page("dashboard: a search", vec![format!("?q={COMMON}")]),
        page("dashboard: one vote", votes.collect()),
        page("dashboard: overview, 30 days", vec!["/overview".into()]),
        page(
            "dashboard: overview, 90 days",
            vec!["/overview?days=90".into()],
        ),
        page(
            "dashboard: overview of the big agent",
            vec![format!("/overview?days=90&{big}")],
        ),
    ]
}

/// Votes from anywhere.
async fn samples(address: SocketAddr, random: &mut Votes, end: u64) -> Result<Vec<Value>, Failure> {
    let mut samples = Vec::new();
    while samples.len() < REQUESTS {
        let at = end - random.below(100 * DAY);
        let cursor = format!("{at}000.{}", random.id(at));
        let path = format!("/v1/_/agents/{BIG}/feedback?limit=2&cursor={cursor}");
        let answer = get(address, &path, &[("authorization", &bearer())]).await?;
        let answer: Value = serde_json::from_slice(&answer.body)?;
        let items = answer["items"].as_array().cloned().unwrap_or_default();
        if items.is_empty() {
            return Err("there are no votes".into());
        }
        samples.extend(items.into_iter().filter(|vote| vote["user_id"].is_string()));
    }
    Ok(samples)
}

fn text(vote: &Value, name: &str) -> Option<String> {
    vote[name].as_str().map(str::to_owned)
}

/// A day as filters take it.
fn day(millis: u64) -> String {
    let millis = i64::try_from(millis).unwrap_or_default();
    let time = jiff::Timestamp::from_millisecond(millis)
        .unwrap_or_default()
        .to_string();
    time.split('T').next().unwrap_or_default().to_owned()
}

/// The same ranges, seven minutes later: the kept totals do not tell how many there are.
fn ranges_in_minutes(ranges: &[String]) -> Vec<String> {
    let later = |range: &String| range.replace("&to", "T00:07:00Z&to") + "T00:07:00Z";
    ranges.iter().map(later).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_utc() {
        assert_eq!(day(1_700_000_000_000), "2023-11-14");
        let later = ranges_in_minutes(&["&from=2023-11-14&to=2023-11-21".into()]);
        assert_eq!(
            later,
            ["&from=2023-11-14T00:07:00Z&to=2023-11-21T00:07:00Z"]
        );
    }
}
