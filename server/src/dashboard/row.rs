use crate::storage::Entry;

/// One vote as lists show it.
pub struct Row {
    /// The vote.
    pub entry: Entry,
    /// When, for people.
    pub when: String,
}

impl From<Entry> for Row {
    fn from(entry: Entry) -> Self {
        Self {
            when: when(entry.created_micros),
            entry,
        }
    }
}

/// A time in UTC, to the minute.
pub fn when(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .strftime("%-d %b %Y, %H:%M")
        .to_string()
}
