use unicode_normalization::UnicodeNormalization;

/// A text as it is searched: NFKC, in lower case. The same on every database.
pub fn fold(text: &str) -> String {
    // Lower case of a normalised text may need normalising again.
    text.nfkc()
        .collect::<String>()
        .to_lowercase()
        .nfkc()
        .collect()
}

/// The terms of a search: each must be a part of the folded comment.
pub fn terms(query: &str) -> Vec<String> {
    fold(query).split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_alike_is_found_alike() {
        for (text, folded) in [
            ("Straße", "straße"),
            ("ＦＵＬＬ width", "full width"),
            ("e\u{301}", "é"),
            ("É", "é"),
            ("ﬁne", "fine"),
            ("日本語", "日本語"),
        ] {
            assert_eq!(fold(text), folded);
        }
        assert_eq!(terms("  Two\u{3000}TERMS "), ["two", "terms"]);
    }
}
