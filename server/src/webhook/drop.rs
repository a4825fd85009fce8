//! Notices that an agent's share of thumbs up dropped.

use serde_json::json;

use crate::app::App;
use crate::clock::{DAY, now, rfc3339};
use crate::statistics::Share;
use crate::storage::{BUCKET, StorageError, Totals};

/// Votes below which a share says nothing.
const FEWEST: i64 = 20;
/// Days that the last one is compared with.
const BEFORE: i64 = 7;

/// Tells of every agent whose share in the last 24 hours is lower than in the 7 days before, for
/// certain: their intervals of 95 % do not meet. Of each once in 24 hours. Returns of how many.
pub async fn tell_drops(app: &App) -> Result<u64, StorageError> {
    let storage = &app.storage;
    let now = now();
    // To the quarter of an hour, as totals are kept.
    let to = now - now % BUCKET + BUCKET;
    let from = to - DAY;
    let mut told = 0;
    for tenant in storage.tenants_told_of_drops().await? {
        let totals = |from, to| storage.totals_by_agent(&tenant, None, from, to);
        let before = totals(from - BEFORE * DAY, from).await?;
        for last in totals(from, to).await? {
            let agent = &last.agent;
            let Some(before) = before.iter().find(|before| before.agent == *agent) else {
                continue;
            };
            let (last, before) = (&last.totals, &before.totals);
            let Some((share, share_before)) = dropped(last, before) else {
                continue;
            };
            let detail = json!({
                "agent_id": agent,
                "from": rfc3339(from),
                "to": rfc3339(to),
                "share": share,
                "votes": last.votes(),
                "share_before": share_before,
                "votes_before": before.votes(),
            });
            let detail = detail.to_string();
            if storage
                .tell_drop(&tenant, agent, &detail, now - DAY)
                .await?
            {
                told += 1;
            }
        }
    }
    Ok(told)
}

/// Both shares, if the last is certainly lower.
fn dropped(last: &Totals, before: &Totals) -> Option<(f64, f64)> {
    if last.votes() < FEWEST || before.votes() < FEWEST {
        return None;
    }
    let last = Share::of(last.positive, last.votes())?;
    let before = Share::of(before.positive, before.votes())?;
    let is_lower = last.middle < before.middle && last.is_apart_from(&before);
    is_lower.then_some((last.middle, before.middle))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totals(positive: i64, negative: i64) -> Totals {
        Totals {
            positive,
            negative,
            ..Totals::default()
        }
    }

    #[test]
    fn a_drop_is_one_that_chance_does_not_explain() {
        let before = totals(90, 10);
        assert_eq!(dropped(&totals(12, 12), &before), Some((0.5, 0.9)));
        assert_eq!(dropped(&totals(20, 4), &before), None, "chance");
        assert_eq!(dropped(&totals(0, 19), &before), None, "too few");
        assert_eq!(dropped(&totals(0, 50), &totals(19, 0)), None, "too few");
        assert_eq!(dropped(&before, &totals(12, 12)), None, "a rise");
        assert_eq!(dropped(&totals(0, 0), &totals(0, 0)), None);
    }
}
