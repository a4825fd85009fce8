//! Connections that are kept and say nothing.

use std::time::Instant;

use serde_json::{Value, json};

use crate::client::{Connection, get_request, post_request};
use crate::failure::Failure;
use crate::receiver::Place;
use crate::statistics::{milliseconds, percentile, rounded};
use crate::votes::Votes;

/// Votes cast while the connections are held.
const VOTES: usize = 200;

/// Holds so many connections, each of which was used once, and votes meanwhile.
pub async fn measure(place: &Place, connections: usize) -> Result<Value, Failure> {
    // The receiver raises its own.
    rlimit::increase_nofile_limit(2 * connections as u64)?;
    let key = place.signing_key()?;
    let serving = place.serve()?;
    let mut votes = Votes::new(5, 1_000);
    let mut times = async |count: usize| {
        let mut times = Vec::new();
        for _ in 0..count {
            let body = votes.next(1_700_000_000_000).body(&key);
            let request = post_request("/v1/feedback", &body);
            // A new connection each time, as a visitor's is.
            let begun = Instant::now();
            let answer = Connection::open(serving.address)
                .await?
                .send(&request)
                .await?;
            times.push(begun.elapsed());
            if answer.status != 200 {
                return Err(Failure::from(format!(
                    "a vote was answered {}",
                    answer.status
                )));
            }
        }
        Ok::<_, Failure>(times)
    };
    let mut alone = times(VOTES).await?;
    let before = serving.memory()?;
    let mut held = Vec::with_capacity(connections);
    let request = get_request("/healthz", &[]);
    for _ in 0..connections {
        let mut connection = Connection::open(serving.address).await?;
        connection.send(&request).await?;
        held.push(connection);
    }
    let during = serving.memory()?;
    let mut beside = times(VOTES).await?;
    // Every one of them still works.
    for connection in &mut held {
        connection.send(&request).await?;
    }
    let of = |times: &mut Vec<_>, percent| rounded(milliseconds(percentile(times, percent)), 2);
    let count = u32::try_from(connections)?;
    Ok(json!({
        "connections_held": connections,
        "memory_before_mib": rounded(before, 1),
        "memory_with_them_mib": rounded(during, 1),
        "kib_a_connection": rounded((during - before) * 1024.0 / f64::from(count), 1),
        "vote_p50_ms_before": of(&mut alone, 50),
        "vote_p99_ms_before": of(&mut alone, 99),
        "vote_p50_ms_with_them": of(&mut beside, 50),
        "vote_p99_ms_with_them": of(&mut beside, 99),
    }))
}
