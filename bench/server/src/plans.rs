//! How the database goes about each case.

pub mod postgres;
pub mod sqlite;

use std::collections::BTreeSet;

use crate::cases::Case;

/// Statements of each case, once each, as text: those that every request makes are left out.
pub fn text(cases: &[(Case, Vec<String>)]) -> String {
    let mut text = String::new();
    let mut seen = BTreeSet::new();
    for (case, plans) in cases {
        let parts = ["# ", case.name, "\n\n    GET ", &case.paths[0], "\n\n"];
        text.push_str(&parts.concat());
        for plan in plans {
            let known = !seen.insert(plan.clone());
            let shown = if known {
                plan.lines().next().unwrap_or_default()
            } else {
                plan.as_str()
            };
            text.push_str(shown.trim_end());
            text.push_str(if known {
                "\n    (as above)\n\n"
            } else {
                "\n\n"
            });
        }
    }
    text
}

/// Without line breaks and indentation.
fn one_line(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}
