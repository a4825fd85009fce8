//! What a group of writes comes to: read at once, worked out in memory in the order they came, and
//! written at once.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use uuid::Uuid;
use workflowai_feedback_protocol::{Intent, Outcome};

use super::{Change, Key, Rules, Stored, Write};
use crate::fold::fold;
use crate::order::{StoredPress, Verdict, judge, pressed_at};
use crate::storage::StorageError;
use crate::storage::aggregates::{Deltas, Vote};
use crate::storage::history;
use crate::storage::link::{Link, Lookup};
use crate::storage::rows::Cell;
use crate::storage::webhook_queue::Listeners;
use crate::webhook::Event;

/// The entry of a key.
#[derive(Clone, Debug, sqlx::FromRow)]
struct Row {
    tenant: String,
    agent: String,
    run: String,
    user_id: String,
    id: String,
    outcome: Option<String>,
    comment: Option<String>,
    reasons: String,
    annotation: Option<String>,
    annotation_comment: Option<String>,
    created_at: i64,
    updated_at: i64,
    client: String,
    sequence: i64,
    pressed_at: i64,
    unbound: i64,
}

/// The first four are an entry's key.
const COLUMNS: [&str; 16] = [
    "tenant",
    "agent",
    "run",
    "user_id",
    "id",
    "outcome",
    "comment",
    "reasons",
    "annotation",
    "annotation_comment",
    "created_at",
    "updated_at",
    "client",
    "sequence",
    "pressed_at",
    "unbound",
];

/// Table and columns of a row's cells.
fn into() -> String {
    format!("feedback ({}, folded)", COLUMNS.join(", "))
}

impl TryFrom<&rusqlite::Row<'_>> for Row {
    type Error = rusqlite::Error;

    fn try_from(row: &rusqlite::Row<'_>) -> Result<Self, Self::Error> {
        Ok(Self {
            tenant: row.get("tenant")?,
            agent: row.get("agent")?,
            run: row.get("run")?,
            user_id: row.get("user_id")?,
            id: row.get("id")?,
            outcome: row.get("outcome")?,
            comment: row.get("comment")?,
            reasons: row.get("reasons")?,
            annotation: row.get("annotation")?,
            annotation_comment: row.get("annotation_comment")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
            client: row.get("client")?,
            sequence: row.get("sequence")?,
            pressed_at: row.get("pressed_at")?,
            unbound: row.get("unbound")?,
        })
    }
}

impl Row {
    fn key(&self) -> Key {
        Key {
            tenant: self.tenant.clone(),
            agent: self.agent.clone(),
            run: self.run.clone(),
            user: self.user_id.clone(),
        }
    }

    /// A tombstone that loses against any press.
    fn new(write: &Write) -> Self {
        let key = write.key.clone();
        Self {
            tenant: key.tenant,
            agent: key.agent,
            run: key.run,
            user_id: key.user,
            id: Uuid::now_v7().to_string(),
            outcome: None,
            comment: None,
            reasons: "[]".into(),
            annotation: None,
            annotation_comment: None,
            created_at: write.received_at,
            updated_at: write.received_at,
            client: String::new(),
            sequence: -1,
            pressed_at: i64::MIN,
            unbound: i64::from(write.names_a_user()),
        }
    }

    fn outcome(&self) -> Option<Outcome> {
        self.outcome.as_deref().and_then(Outcome::parse)
    }

    fn vote(&self) -> Option<Vote> {
        Some(Vote {
            outcome: self.outcome()?,
            has_comment: self.comment.is_some(),
            created_at: self.created_at,
        })
    }

    fn press(&self) -> StoredPress {
        StoredPress {
            client: self.client.clone(),
            sequence: self.sequence,
            pressed_at: self.pressed_at,
        }
    }

    fn stored(&self, applied: bool) -> Stored {
        Stored {
            id: self.id.clone(),
            outcome: self.outcome(),
            comment: self.comment.clone(),
            applied,
        }
    }

    fn cells(&self) -> Vec<Cell> {
        vec![
            self.tenant.as_str().into(),
            self.agent.as_str().into(),
            self.run.as_str().into(),
            self.user_id.as_str().into(),
            self.id.as_str().into(),
            self.outcome.as_deref().into(),
            self.comment.as_deref().into(),
            self.reasons.as_str().into(),
            self.annotation.as_deref().into(),
            self.annotation_comment.as_deref().into(),
            self.created_at.into(),
            self.updated_at.into(),
            self.client.as_str().into(),
            self.sequence.into(),
            self.pressed_at.into(),
            self.unbound.into(),
            Cell::Text(self.comment.as_deref().map(fold)),
        ]
    }
}

/// What an entry was before the group, and what it is now.
struct Entry {
    before: Row,
    now: Row,
    /// The reasons in `now`.
    reasons: Vec<String>,
    is_changed: bool,
}

impl From<Row> for Entry {
    fn from(row: Row) -> Self {
        Self {
            now: row.clone(),
            before: row,
            reasons: Vec::new(),
            is_changed: false,
        }
    }
}

/// An event for webhooks.
struct Told {
    tenant: String,
    id: String,
    event: Event,
    at: i64,
}

/// A group under way.
#[derive(Default)]
pub struct Group {
    entries: BTreeMap<Key, Entry>,
    /// The last sequence of each client on each entry, and which of them this group stored.
    sequences: HashMap<(String, String), i64>,
    pressed: BTreeSet<(String, String)>,
    /// Writes that the limit of users refused.
    refused: HashSet<usize>,
    history: Vec<Vec<Cell>>,
    deltas: Deltas,
    told: Vec<Told>,
}

impl Group {
    /// Reads what the writes are about and, where several processes write, keeps it until the commit.
    pub async fn read(
        rules: Rules,
        link: &mut Link<'_>,
        asked: &[&Write],
    ) -> Result<Self, StorageError> {
        let mut group = Self::default();
        let keys: BTreeSet<&Key> = asked.iter().map(|write| &write.key).collect();
        group.find(link, &keys).await?;
        group.read_sequences(link, asked).await?;
        let new = group.admit(rules, link, asked).await?;
        if link.engine().has_row_locks() && !new.is_empty() {
            // Whoever comes second waits for the first one's commit, and finds it.
            let rows: Vec<_> = new.values().map(Row::cells).collect();
            let otherwise = "ON CONFLICT (tenant, agent, run, user_id) DO NOTHING";
            link.insert(&into(), otherwise, rows).await?;
            let keys: BTreeSet<&Key> = new.keys().collect();
            group.find(link, &keys).await?;
            group.read_sequences(link, asked).await?;
        } else {
            let rows = new.into_iter().map(|(key, row)| (key, row.into()));
            group.entries.extend(rows);
        }
        Ok(group)
    }

    async fn find(
        &mut self,
        link: &mut Link<'_>,
        keys: &BTreeSet<&Key>,
    ) -> Result<(), StorageError> {
        let keys = keys.iter().map(|key| {
            let parts = [&key.tenant, &key.agent, &key.run, &key.user];
            parts.map(|part| part.as_str().into()).to_vec()
        });
        let lookup = Lookup {
            table: "feedback",
            columns: &COLUMNS,
            key: &COLUMNS[..4],
            locks: link.engine().has_row_locks(),
        };
        let found: Vec<Row> = link.look_up(&lookup, keys.collect()).await?;
        self.entries
            .extend(found.into_iter().map(|row| (row.key(), row.into())));
        Ok(())
    }

    /// Reads the last sequences of the writes' clients on entries that are there.
    async fn read_sequences(
        &mut self,
        link: &mut Link<'_>,
        asked: &[&Write],
    ) -> Result<(), StorageError> {
        let mut presses = BTreeSet::new();
        for write in asked {
            if let (Some(entry), Some(intent)) = (self.entries.get(&write.key), &write.intent)
                // Nobody has pressed on one that was made just now.
                && entry.before.sequence >= 0
            {
                presses.insert((entry.before.id.as_str(), intent.client.as_str()));
            }
        }
        let rows: Vec<Vec<Cell>> = presses
            .into_iter()
            .map(|(id, client)| vec![id.into(), client.into()])
            .collect();
        let lookup = Lookup {
            table: "intents",
            columns: &["feedback_id", "client", "sequence"],
            key: &["feedback_id", "client"],
            locks: false,
        };
        let found: Vec<(String, String, i64)> = link.look_up(&lookup, rows).await?;
        let found = found
            .into_iter()
            .map(|(id, client, last)| ((id, client), last));
        self.sequences.extend(found);
        Ok(())
    }

    /// Entries that the writes make, as tombstones. Notes whom the limit of users refuses.
    async fn admit(
        &mut self,
        rules: Rules,
        link: &mut Link<'_>,
        asked: &[&Write],
    ) -> Result<BTreeMap<Key, Row>, StorageError> {
        let mut new = BTreeMap::<Key, Row>::new();
        let mut users = HashMap::<(&str, &str, &str), i64>::new();
        for (place, write) in asked.iter().enumerate() {
            let key = &write.key;
            let is_there = self.entries.contains_key(key) || new.contains_key(key);
            if is_there || write.leaves_nothing() {
                continue;
            }
            if write.names_a_user() {
                let run = (key.tenant.as_str(), key.agent.as_str(), key.run.as_str());
                let before = match users.get(&run) {
                    Some(users) => *users,
                    None => rules.users_of_run(link, key).await?,
                };
                if before >= i64::from(rules.users_per_run) {
                    users.insert(run, before);
                    self.refused.insert(place);
                    continue;
                }
                users.insert(run, before + 1);
            }
            new.insert(key.clone(), Row::new(write));
        }
        Ok(new)
    }

    /// Does what the write at that place of the group asks. None if the limit of users refused it.
    pub fn apply(&mut self, place: usize, write: &Write) -> Option<Stored> {
        if self.refused.contains(&place) {
            return None;
        }
        // A retraction of nothing leaves a tombstone only where it must beat a vote under way.
        let Some(entry) = self.entries.get_mut(&write.key) else {
            return Some(Stored::nothing());
        };
        let is_new = entry.now.sequence < 0;
        if is_new && write.leaves_nothing() {
            return Some(Stored::nothing());
        }
        let last = write.intent.as_ref().and_then(|intent| {
            let press = (entry.now.id.clone(), intent.client.clone());
            self.sequences.get(&press).copied()
        });
        let press = (!is_new).then(|| entry.now.press());
        match judge(
            write.received_at,
            write.intent.as_ref(),
            press.as_ref(),
            last,
        ) {
            Verdict::Superseded => Some(entry.now.stored(false)),
            Verdict::Repeat { current } => Some(entry.now.stored(current)),
            Verdict::Apply => Some(self.store(write)),
        }
    }

    fn store(&mut self, write: &Write) -> Stored {
        let none = Vec::new();
        let (outcome, comment, reasons) = match &write.change {
            Change::Vote {
                outcome,
                comment,
                reasons,
            } => (Some(*outcome), comment.clone(), reasons),
            Change::Retract => (None, None, &none),
        };
        let Key { tenant, agent, .. } = &write.key;
        let entry = self.entries.get_mut(&write.key).expect("it was looked up");
        let row = &mut entry.now;
        let reasons_json = serde_json::json!(reasons).to_string();
        // A vote that changed is open again; the same vote sent twice is not.
        let same =
            row.outcome() == outcome && row.comment == comment && row.reasons == reasons_json;
        if !same {
            (row.annotation, row.annotation_comment) = (None, None);
        }
        let had = row.vote();
        if let Some(vote) = had {
            self.deltas.subtract(tenant, agent, vote);
        }
        // An entry that was taken back and voted on again is a new vote: it is listed as the newest.
        row.created_at = had.map_or(write.received_at, |vote| vote.created_at);
        row.updated_at = write.received_at;
        row.outcome = outcome.map(|outcome| outcome.as_str().to_owned());
        row.comment = comment;
        row.reasons = reasons_json;
        row.pressed_at = pressed_at(write.received_at, write.intent.as_ref());
        let client = write.intent.as_ref().map(|intent| intent.client.clone());
        row.client = client.unwrap_or_default();
        row.sequence = write
            .intent
            .as_ref()
            .map_or(0, |intent| signed(intent.sequence));
        if let Some(vote) = row.vote() {
            self.deltas.add(tenant, agent, vote);
        }
        let stored = row.stored(true);
        entry.reasons.clone_from(reasons);
        entry.is_changed = true;
        if let Some(Intent {
            client, sequence, ..
        }) = &write.intent
        {
            let press = (stored.id.clone(), client.clone());
            self.sequences.insert(press.clone(), signed(*sequence));
            self.pressed.insert(press);
        }
        self.remember(write, &stored, had.is_some());
        let event = match (had.is_some(), outcome.is_some()) {
            (false, true) => Some(Event::Voted),
            (true, true) if !same => Some(Event::Changed),
            (true, false) => Some(Event::Retracted),
            _ => None,
        };
        self.told.extend(event.map(|event| Told {
            tenant: tenant.clone(),
            id: stored.id.clone(),
            event,
            at: write.received_at,
        }));
        stored
    }

    /// Adds a vote, a change or a retraction to the history.
    fn remember(&mut self, write: &Write, stored: &Stored, had_a_vote: bool) {
        let action = match (&write.change, had_a_vote) {
            (Change::Vote { .. }, false) => "voted",
            (Change::Vote { .. }, true) => "changed",
            (Change::Retract, _) => "retracted",
        };
        let step = history::Step {
            feedback_id: &stored.id,
            at: write.received_at,
            actor: "visitor",
            action,
            outcome: stored.outcome,
            annotation: None,
            assignee: None,
            comment: stored.comment.as_deref(),
        };
        self.history.push(step.cells());
    }

    /// Writes all of it. True if webhooks are to be told something.
    pub async fn write(mut self, rules: Rules, link: &mut Link<'_>) -> Result<bool, StorageError> {
        let mut listeners = Listeners::read(link).await?;
        let changed: Vec<Entry> = std::mem::take(&mut self.entries)
            .into_values()
            .filter(|entry| entry.is_changed)
            .collect();
        insert_entries(link, &changed).await?;
        replace_reasons(link, &changed).await?;
        let pressed = self.pressed.into_iter().map(|press| {
            let sequence = self.sequences[&press];
            vec![
                press.0.as_str().into(),
                press.1.as_str().into(),
                sequence.into(),
            ]
        });
        link.insert(
            "intents (feedback_id, client, sequence)",
            "ON CONFLICT (feedback_id, client) DO UPDATE SET sequence = excluded.sequence",
            pressed.collect(),
        )
        .await?;
        link.insert(history::INTO, "", self.history).await?;
        self.deltas.write(link, rules.shard).await?;
        for Told {
            tenant,
            id,
            event,
            at,
        } in &self.told
        {
            listeners.tell(link, tenant, id, *event, *at).await?;
        }
        Ok(listeners.told)
    }
}

async fn insert_entries(link: &mut Link<'_>, changed: &[Entry]) -> Result<(), StorageError> {
    let rows = changed.iter().map(|entry| entry.now.cells());
    let otherwise = "ON CONFLICT (tenant, agent, run, user_id) DO UPDATE SET
             outcome = excluded.outcome, comment = excluded.comment, reasons = excluded.reasons,
             folded = excluded.folded, updated_at = excluded.updated_at,
             annotation = excluded.annotation, annotation_comment = excluded.annotation_comment,
             client = excluded.client, sequence = excluded.sequence,
             pressed_at = excluded.pressed_at, created_at = excluded.created_at";
    link.insert(&into(), otherwise, rows.collect()).await?;
    let due = changed
        .iter()
        .filter(|entry| entry.now.comment != entry.before.comment)
        .map(|entry| vec![entry.now.id.as_str().into()]);
    let into = "search_due (feedback_id)";
    link.insert(into, "ON CONFLICT DO NOTHING", due.collect())
        .await
}

/// The entries whose reasons are others now.
fn with_other_reasons(changed: &[Entry]) -> impl Iterator<Item = &Entry> {
    changed
        .iter()
        .filter(|entry| entry.now.reasons != entry.before.reasons)
}

async fn replace_reasons(link: &mut Link<'_>, changed: &[Entry]) -> Result<(), StorageError> {
    for entry in with_other_reasons(changed).filter(|entry| entry.before.reasons != "[]") {
        let sql = "DELETE FROM reasons WHERE feedback_id = $1";
        link.execute(sql, vec![entry.now.id.as_str().into()])
            .await?;
    }
    let rows = with_other_reasons(changed).flat_map(|entry| {
        let reasons = entry.reasons.iter();
        reasons.map(|reason| vec![entry.now.id.as_str().into(), reason.as_str().into()])
    });
    let otherwise = "ON CONFLICT (feedback_id, reason) DO NOTHING";
    link.insert("reasons (feedback_id, reason)", otherwise, rows.collect())
        .await
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
