use super::zone::Zone;
use crate::storage::Entry;

/// One vote as lists show it.
pub struct Row {
    /// The vote.
    pub entry: Entry,
    /// When, for people.
    pub when: String,
}

impl Row {
    pub fn new(entry: Entry, zone: &Zone) -> Self {
        Self {
            when: zone.when(entry.created_micros),
            entry,
        }
    }
}
