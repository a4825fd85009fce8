//! Sends what is due, to several webhooks at a time; one that does not answer holds up no other.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::task::{Id, JoinSet};
use tokio::time::{Instant, MissedTickBehavior};

use super::body::message;
use super::send::Answered;
use crate::app::{App, Shared};
use crate::clock::now;
use crate::storage::{Hook, Queued, StorageError};

/// How often the queue is looked at, for what other processes put in and what is tried again.
const LOOKING: Duration = Duration::from_secs(1);
/// Messages that come together are taken together.
const GATHERING: Duration = Duration::from_millis(20);
/// Webhooks told at the same time.
const WEBHOOKS: usize = 32;
/// Messages of a webhook under way at the same time.
const MESSAGES: usize = 16;
/// The longest that a webhook that fails is left alone, in seconds.
const LONGEST_HOLD: u64 = 60;

/// A webhook that did not take something.
struct Hold {
    failures: u32,
    until: Instant,
}

/// Sends until it is dropped.
pub async fn run(app: &Shared) {
    let mut ticks = tokio::time::interval(LOOKING);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut working = JoinSet::new();
    let mut busy: HashMap<Id, String> = HashMap::new();
    let mut holds: HashMap<String, Hold> = HashMap::new();
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = app.storage.told() => tokio::time::sleep(GATHERING).await,
            Some(ended) = working.join_next_with_id() => {
                let (id, went_well) = match ended {
                    Ok((id, went_well)) => (id, went_well),
                    Err(error) => (error.id(), false),
                };
                if let Some(webhook) = busy.remove(&id) {
                    hold(&mut holds, webhook, went_well);
                }
            }
        }
        let due = match app.storage.due_webhooks().await {
            Ok(due) => due,
            Err(error) => {
                tracing::error!(%error, "what webhooks are to be told could not be read");
                continue;
            }
        };
        for hook in due {
            let held = holds.get(&hook.id);
            let is_held = held.is_some_and(|hold| hold.until > Instant::now());
            let is_busy = busy.values().any(|webhook| *webhook == hook.id);
            if is_held || is_busy || working.len() >= WEBHOOKS {
                continue;
            }
            // One that failed is asked with one message whether it is back.
            let most = if held.is_some() { 1 } else { MESSAGES };
            let webhook = hook.id.clone();
            let handle = working.spawn(tell(app.clone(), hook, most));
            busy.insert(handle.id(), webhook);
        }
    }
}

fn hold(holds: &mut HashMap<String, Hold>, webhook: String, went_well: bool) {
    if went_well {
        holds.remove(&webhook);
        return;
    }
    let failures = holds.get(&webhook).map_or(0, |hold| hold.failures) + 1;
    let seconds = 2_u64.saturating_pow(failures - 1).min(LONGEST_HOLD);
    let until = Instant::now() + Duration::from_secs(seconds);
    holds.insert(webhook, Hold { failures, until });
}

/// Tells a webhook all that is due. False as soon as it does not take something.
async fn tell(app: Shared, hook: Hook, most: usize) -> bool {
    match tell_all(&app, &hook, most).await {
        Ok(went_well) => went_well,
        Err(error) => {
            tracing::error!(%error, "what a webhook was told could not be noted");
            false
        }
    }
}

async fn tell_all(app: &App, hook: &Hook, most: usize) -> Result<bool, StorageError> {
    loop {
        let due = app.storage.take_due(&hook.id, most).await?;
        if due.is_empty() {
            return Ok(true);
        }
        let under_way = due.into_iter().map(|due| async {
            let answered = one(app, hook, &due).await?;
            Ok::<_, StorageError>((due, answered))
        });
        let mut sent = Vec::with_capacity(most);
        for each in join_all(under_way).await {
            sent.push(each?);
        }
        let taken = sent.iter().filter(|(_, answered)| answered.is_taken());
        let (taken, all) = (taken.count(), sent.len());
        app.metrics.told(taken, all - taken);
        app.storage.settle(&hook.id, &sent).await?;
        if taken < all {
            return Ok(false);
        }
    }
}

async fn one(app: &App, hook: &Hook, due: &Queued) -> Result<Answered, StorageError> {
    let (mut told, mut missed) = (None, 0);
    if let Some(id) = &due.feedback_id {
        told = app.storage.told_of(id).await?;
        missed = app.storage.missed_before(&hook.id, due).await?;
        if told.is_none() {
            // Erased meanwhile, and its messages with it.
            return Ok(not_sent("erased"));
        }
    }
    let public_url = app.config.public_url.as_ref();
    match message(hook, due, told.as_ref(), missed, public_url) {
        Some(message) => Ok(app.webhooks.send(&hook.url, message).await),
        None => Ok(not_sent("secret")),
    }
}

fn not_sent(failure: &'static str) -> Answered {
    Answered {
        at: now(),
        milliseconds: 0,
        status: None,
        failure: Some(failure),
        retry_after: None,
    }
}
