use super::votes::Place;
use crate::api::Filters;

/// The filters of a list as they stand in its address, so that a view can be shared.
#[derive(Default)]
pub struct Address {
    pairs: Vec<(&'static str, String)>,
}

impl Address {
    /// Of a list's filters, without those that are absent.
    pub fn new(
        filters: &Filters,
        agent: Option<&str>,
        run: Option<&str>,
        assignee: Option<&str>,
    ) -> Self {
        let all = [
            ("outcome", filters.outcome.as_deref()),
            ("has_comment", filters.has_comment.as_deref()),
            ("reason", filters.reason.as_deref()),
            ("q", filters.q.as_deref()),
            ("agent", agent),
            ("run", run),
            ("user_id", filters.user_id.as_deref()),
            ("assignee", assignee),
            ("annotation", filters.annotation.as_deref()),
            ("from", filters.from.as_deref()),
            ("to", filters.to.as_deref()),
        ];
        let given = all
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?.to_owned())));
        Self {
            pairs: given.filter(|(_, value)| !value.is_empty()).collect(),
        }
    }

    /// Of everything that a list is asked but where it begins.
    pub fn of(filters: &Filters, place: &Place) -> Self {
        Self::new(
            filters,
            place.agent.as_deref(),
            place.run.as_deref(),
            place.assignee.as_deref(),
        )
    }

    /// The value of a filter, empty if it is absent.
    pub fn get(&self, name: &str) -> &str {
        self.pairs
            .iter()
            .find(|(known, _)| *known == name)
            .map_or("", |(_, value)| value)
    }

    /// Whether nothing is filtered.
    pub const fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// The filters beside the outcome, each in words and with the query that is without it.
    pub fn chips(&self) -> Vec<(String, String)> {
        let chosen = self.pairs.iter().filter(|(name, _)| *name != "outcome");
        chosen
            .map(|(name, value)| (words(name, value), self.with(name, "")))
            .collect()
    }

    /// The query with one value changed; an empty one is left out.
    pub fn with(&self, name: &'static str, value: &str) -> String {
        let mut pairs: Vec<(&str, &str)> = self
            .pairs
            .iter()
            .filter(|(known, _)| *known != name)
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        if !value.is_empty() {
            pairs.push((name, value));
        }
        let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
        if query.is_empty() {
            query
        } else {
            format!("?{query}")
        }
    }

    /// The query as it is.
    pub fn query(&self) -> String {
        self.with("", "")
    }
}

fn words(name: &str, value: &str) -> String {
    match (name, value) {
        ("has_comment", "true") => "with a comment".to_owned(),
        ("has_comment", _) => "without a comment".to_owned(),
        ("q", _) => format!("words: {value}"),
        ("user_id", _) => format!("user: {value}"),
        ("annotation", _) => format!("state: {value}"),
        ("assignee", _) => "looked after by one person".to_owned(),
        ("from" | "reason" | "agent" | "run", _) => format!("{name}: {value}"),
        _ => format!("before {value}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_keeps_the_other_filters() {
        let filters = Filters {
            outcome: Some("negative".into()),
            q: Some("a&b=c \"ü\"".into()),
            reason: Some(String::new()),
            ..Filters::default()
        };
        let address = Address::new(&filters, None, None, None);
        assert_eq!(
            address.query(),
            "?outcome=negative&q=a%26b%3Dc+%22%C3%BC%22"
        );
        assert_eq!(address.with("outcome", ""), "?q=a%26b%3Dc+%22%C3%BC%22");
        assert_eq!(
            Address::default().with("outcome", "positive"),
            "?outcome=positive"
        );
        assert_eq!(Address::default().query(), "");
    }
}
