//! Durable votes a second through the receiver, beside what bounds them, in rounds that take turns:
//! the machine's speed changes from minute to minute, ratios of the same round do not.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use workflowai_feedback_protocol::token::SigningKey;

use crate::bare;
use crate::client::{load, post_request};
use crate::failure::Failure;
use crate::receiver::{Place, Serving, cpu};
use crate::statistics::{median, milliseconds, percentile, rounded};
use crate::sync::syncs_per_second;
use crate::votes::{Vote, Votes};

/// Connections, and votes of a round.
const LOADS: [(usize, usize); 3] = [(1, 1_000), (64, 20_000), (1_000, 20_000)];
/// Requests to the route without storage: the same ones again, as nothing is stored.
const WITHOUT_STORAGE: usize = 40_000;
const ROUNDS: u64 = 5;
const PEOPLE: u32 = 1_000_000;

/// What the votes of one place are measured against.
struct Rivals {
    place: Place,
    /// The bare loop's database.
    bare: Place,
    without_storage: Serving,
    key: SigningKey,
}

/// What a round measured, by name.
type Round = BTreeMap<&'static str, f64>;

/// Measures at one place; `bare` is an empty one of the same kind.
pub async fn measure(place: Place, bare: Place, scale: usize) -> Result<Value, Failure> {
    // Its schema.
    drop(bare.serve()?);
    std::fs::create_dir_all(&place.folder)?;
    let key = place.signing_key()?;
    let mut without = Command::new(std::env::current_exe()?);
    // A secret may begin with a hyphen.
    without.args(["without-storage", "--", key.kid(), key.secret()]);
    let rivals = Rivals {
        without_storage: Serving::start(without)?,
        place,
        bare,
        key,
    };
    let serving = rivals.place.serve()?;
    let mut results = Vec::new();
    for (connections, votes) in LOADS {
        let mut rounds = Vec::new();
        for round in 0..ROUNDS {
            let seed = 1_000 * connections as u64 + round;
            let round = rivals
                .round(&serving, seed, connections, votes / scale)
                .await?;
            eprintln!("  {connections} connections: {}", json!(round));
            rounds.push(round);
        }
        results.push(summary(connections, &rounds));
    }
    let memory = rounded(serving.memory()?, 1);
    Ok(json!({ "loads": results, "receiver_memory_mib": memory }))
}

impl Rivals {
    async fn round(
        &self,
        serving: &Serving,
        seed: u64,
        connections: usize,
        count: usize,
    ) -> Result<Round, Failure> {
        let mut round = Round::new();
        let made = votes(seed, count);
        let bodies = made.iter().map(|vote| vote.body(&self.key));
        let requests: Vec<_> = bodies
            .map(|body| post_request("/v1/feedback", &body))
            .collect();
        let requests = Arc::new(requests);
        let group = self
            .durable(&mut round, serving, connections, requests.clone())
            .await?;
        // Other keys, so that the two places stay alike.
        let others = votes(seed + 500, count);
        let bare = match &self.bare.url {
            None => bare::sqlite::votes_per_second(&self.bare.file(), &others, group, false)?,
            Some(url) => bare::postgres::votes_per_second(url, &others, group).await?,
        };
        round.insert("bare", bare);
        if self.bare.url.is_none() {
            let others = votes(seed + 750, count);
            let bare = bare::sqlite::votes_per_second(&self.bare.file(), &others, group, true)?;
            round.insert("bare_indexed", bare);
        }
        let again = requests.iter().cycle().take(WITHOUT_STORAGE.min(count * 4));
        let again = Arc::new(again.cloned().collect());
        let without = load(self.without_storage.address, connections, again).await?;
        round.insert("without_storage", without.rate());
        round.insert("fdatasync", self.syncs(1)?);
        // About as many pages as a group's commit writes.
        round.insert("fdatasync_of_group", self.syncs(12 + 2 * group as u64)?);
        Ok(round)
    }

    async fn durable(
        &self,
        round: &mut Round,
        serving: &Serving,
        connections: usize,
        requests: Arc<Vec<Vec<u8>>>,
    ) -> Result<usize, Failure> {
        let counts = async || {
            let of = async |name| {
                serving
                    .count(&format!("workflowai_feedback_{name}_total"))
                    .await
            };
            Ok::<_, Failure>((of("writes").await?, of("commits").await?))
        };
        let own = Path::new("/proc/self/stat");
        let (writes, commits) = counts().await?;
        let (client, server) = (cpu(own)?, serving.cpu()?);
        let mut load = load(serving.address, connections, requests).await?;
        let (client, server) = (cpu(own)? - client, serving.cpu()? - server);
        let (more_writes, more_commits) = counts().await?;
        let (writes, commits) = (more_writes - writes, more_commits - commits);
        let seconds = load.time.as_secs_f64();
        round.insert("votes", load.rate());
        round.insert("p50_ms", milliseconds(percentile(&mut load.latencies, 50)));
        round.insert("p99_ms", milliseconds(percentile(&mut load.latencies, 99)));
        round.insert("group", writes / commits);
        round.insert("commits", commits / seconds);
        round.insert("server_cores", server / seconds);
        round.insert("client_cores", client / seconds);
        Ok(whole(writes / commits))
    }

    fn syncs(&self, pages: u64) -> Result<f64, Failure> {
        syncs_per_second(&self.place.folder, pages, Duration::from_millis(700))
    }
}

fn votes(seed: u64, count: usize) -> Vec<Vote> {
    let mut votes = Votes::new(seed, PEOPLE);
    let now = u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or_default();
    (0..count).map(|_| votes.next(now)).collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a group's size"
)]
fn whole(size: f64) -> usize {
    size.round().max(1.0) as usize
}

/// Medians of the rounds; ratios are taken in each round, then their median.
fn summary(connections: usize, rounds: &[Round]) -> Value {
    let middle = |name: &str, digits| rounded(median(rounds.iter().map(|r| r[name])), digits);
    let ratio = |to: &str| rounded(median(rounds.iter().map(|r| r["votes"] / r[to])), 2);
    let indexed = rounds
        .iter()
        .all(|round| round.contains_key("bare_indexed"));
    json!({
        "connections": connections,
        "rounds": rounds.len(),
        "votes_per_second": middle("votes", 0),
        "p50_ms": middle("p50_ms", 2),
        "p99_ms": middle("p99_ms", 2),
        "votes_in_a_group": middle("group", 1),
        "groups_per_second": middle("commits", 0),
        "bare_loop_per_second": middle("bare", 0),
        "ratio_to_bare_loop": ratio("bare"),
        "bare_loop_with_index_per_second": indexed.then(|| middle("bare_indexed", 0)),
        "ratio_to_bare_loop_with_index": indexed.then(|| ratio("bare_indexed")),
        "without_storage_per_second": middle("without_storage", 0),
        "ratio_to_without_storage": ratio("without_storage"),
        "fdatasync_per_second": middle("fdatasync", 0),
        "fdatasync_of_a_group_per_second": middle("fdatasync_of_group", 0),
        "receiver_cores": middle("server_cores", 2),
        "client_cores": middle("client_cores", 2),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_of_the_same_round() {
        let round = |votes: f64, bare: f64| {
            let mut round = Round::from([("votes", votes), ("bare", bare)]);
            for name in [
                "p50_ms",
                "p99_ms",
                "group",
                "commits",
                "without_storage",
                "fdatasync",
                "fdatasync_of_group",
                "server_cores",
                "client_cores",
            ] {
                round.insert(name, 1.0);
            }
            round
        };
        // The machine was slow in the second one.
        let rounds = [
            round(900.0, 1_000.0),
            round(90.0, 100.0),
            round(950.0, 1_000.0),
        ];
        let summary = summary(64, &rounds);
        assert_eq!(summary["ratio_to_bare_loop"], 0.9);
        assert_eq!(summary["votes_per_second"], 900.0);
    }
}
