use super::zone::Zone;
use crate::storage::Entry;

/// Bytes of a comment that lists show: fifty of them leave a page small. The vote's own page shows
/// all of it.
const EXCERPT: usize = 300;

/// One vote as lists show it.
pub struct Row {
    /// The vote.
    pub entry: Entry,
    /// When, for people.
    pub when: String,
    /// The comment, or its beginning.
    pub excerpt: Option<Excerpt>,
    /// The name of whoever looks after it, where the list shows that.
    pub assignee: Option<String>,
}

impl Row {
    pub fn new(entry: Entry, zone: &Zone) -> Self {
        Self {
            when: zone.when(entry.created_micros),
            excerpt: entry.comment.as_deref().map(Excerpt::of),
            entry,
            assignee: None,
        }
    }
}

/// The beginning of a text.
#[derive(Debug, PartialEq, Eq)]
pub struct Excerpt {
    pub text: String,
    /// Whether there is more.
    pub more: bool,
}

impl Excerpt {
    fn of(text: &str) -> Self {
        let end = text.floor_char_boundary(EXCERPT);
        Self {
            text: text[..end].to_owned(),
            more: end < text.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_comments_are_cut_between_characters() {
        for (text, shown, more) in [
            ("short".to_owned(), 5, false),
            ("x".repeat(300), 300, false),
            ("x".repeat(301), 300, true),
            (format!("x{}", "日".repeat(200)), 298, true),
        ] {
            let excerpt = Excerpt::of(&text);
            assert_eq!((excerpt.text.len(), excerpt.more), (shown, more));
        }
    }
}
