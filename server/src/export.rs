//! Votes as files.

use crate::storage::Entry;

/// Votes read at a time: what an export holds in memory.
pub const BATCH: u32 = 500;

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, utoipa::ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum Format {
    /// For spreadsheets.
    Csv,
    /// One JSON object a line.
    Ndjson,
}

impl Format {
    /// The name, and the file's ending.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }

    /// Reads the name back.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Csv, Self::Ndjson]
            .into_iter()
            .find(|format| format.as_str() == name)
    }

    /// The media type.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Ndjson => "application/x-ndjson",
        }
    }

    /// Writes some entries; `first` ones come with a heading where there is one.
    pub(crate) fn write(self, entries: &[Entry], first: bool) -> Vec<u8> {
        match self {
            Self::Csv => csv(entries, first),
            Self::Ndjson => {
                let mut bytes = Vec::new();
                for entry in entries {
                    serde_json::to_writer(&mut bytes, entry).expect("an entry is JSON");
                    bytes.push(b'\n');
                }
                bytes
            }
        }
    }
}

const HEADING: [&str; 10] = [
    "id",
    "agent_id",
    "run_id",
    "user_id",
    "outcome",
    "comment",
    "reasons",
    "annotation",
    "created_at",
    "updated_at",
];

fn csv(entries: &[Entry], first: bool) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    if first {
        writer.write_record(HEADING).expect("writing to memory");
    }
    for entry in entries {
        let cells = [
            entry.id.as_str(),
            &entry.agent_id,
            &entry.run_id,
            entry.user_id.as_deref().unwrap_or_default(),
            entry.outcome.as_str(),
            entry.comment.as_deref().unwrap_or_default(),
            &entry.reasons.join("; "),
            entry.annotation.as_deref().unwrap_or_default(),
            &entry.created_at,
            &entry.updated_at,
        ];
        writer
            .write_record(cells.map(harmless))
            .expect("writing to memory");
    }
    writer.into_inner().expect("writing to memory")
}

/// A cell that begins like a formula would be run by a spreadsheet; a quote makes it text.
fn harmless(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if formula {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"] {
            assert!(harmless(cell).starts_with('\''), "{cell:?}");
        }
        for cell in ["", "text", "1-1", "\"=1\""] {
            assert_eq!(harmless(cell), cell);
        }
    }
}
