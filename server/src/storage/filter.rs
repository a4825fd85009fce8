use sqlx::Arguments;
use sqlx::any::AnyArguments;
use workflowai_feedback_protocol::Outcome;

use super::engine::Engine;
use crate::annotation::Marked;
use crate::cursor::Cursor;

/// Which entries of a tenant to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of one agent.
    pub agent: Option<String>,
    /// Of one run.
    pub run: Option<String>,
    /// Of one end user.
    pub user: Option<String>,
    /// Thumbs up or down alone.
    pub outcome: Option<Outcome>,
    /// With a comment, or without one.
    pub has_comment: Option<bool>,
    /// With this reason among theirs.
    pub reason: Option<String>,
    /// With every one of these in the folded comment.
    pub terms: Vec<String>,
    /// By what the team made of them.
    pub marked: Option<Marked>,
    /// Looked after by this user of the team.
    pub assignee: Option<String>,
    /// Created at this time or later, in microseconds.
    pub from: Option<i64>,
    /// Created before this time, in microseconds.
    pub to: Option<i64>,
}

/// Conditions in SQL, and the values they bind in that order.
pub struct Rules {
    conditions: Vec<String>,
    values: Vec<Value>,
}

pub enum Value {
    Text(String),
    Number(i64),
}

impl Rules {
    /// No condition.
    pub const fn none() -> Self {
        Self {
            conditions: Vec::new(),
            values: Vec::new(),
        }
    }

    /// The rows of a tenant.
    pub fn of_tenant(tenant: &str) -> Self {
        let mut rules = Self::none();
        rules.equal("tenant", Some(tenant));
        rules
    }

    /// Binds a value; returns its place in the SQL.
    pub fn bind(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    pub fn condition(&mut self, sql: impl Into<String>) {
        self.conditions.push(sql.into());
    }

    pub fn equal(&mut self, column: &str, value: Option<&str>) {
        if let Some(value) = value {
            let place = self.bind(Value::Text(value.into()));
            self.condition(format!("{column} = {place}"));
        }
    }

    /// At `from` or later, and before `to`.
    pub fn range(&mut self, column: &str, from: Option<i64>, to: Option<i64>) {
        for (compared, value) in [(">=", from), ("<", to)] {
            if let Some(value) = value {
                let place = self.bind(Value::Number(value));
                self.condition(format!("{column} {compared} {place}"));
            }
        }
    }

    pub fn before(&mut self, cursor: &Cursor) {
        let created_at = self.bind(Value::Number(cursor.created_at));
        let id = self.bind(Value::Text(cursor.id.clone()));
        self.condition(format!("(created_at, id) > ({created_at}, {id})"));
    }

    pub fn after(&mut self, cursor: &Cursor) {
        let created_at = self.bind(Value::Number(cursor.created_at));
        let id = self.bind(Value::Text(cursor.id.clone()));
        self.condition(format!("(created_at, id) < ({created_at}, {id})"));
    }

    pub fn sql(&self) -> String {
        self.conditions.join(" AND ")
    }

    /// The conditions as a clause of a statement, empty if there are none.
    pub fn clause(&self) -> String {
        if self.conditions.is_empty() {
            String::new()
        } else {
            format!("WHERE {}", self.sql())
        }
    }

    /// The values, in the order of their places.
    pub fn arguments(self) -> AnyArguments {
        let mut arguments = AnyArguments::default();
        for value in self.values {
            let added = match value {
                Value::Text(text) => arguments.add(text),
                Value::Number(number) => arguments.add(number),
            };
            added.expect("texts and numbers are values of every database");
        }
        arguments
    }
}

impl Filter {
    /// What of it an index has in the order of lists. None if that is all of it: then every vote that
    /// is looked at is one that is asked for.
    pub fn walk(&self) -> Option<Self> {
        let walk = Self {
            outcome: None,
            has_comment: None,
            reason: None,
            terms: Vec::new(),
            marked: self.marked.filter(|marked| *marked != Marked::Open),
            ..self.clone()
        };
        (walk != *self).then_some(walk)
    }

    /// The conditions on a row of `feedback`.
    pub fn rules(&self, tenant: &str, engine: Engine) -> Rules {
        let mut rules = Rules::of_tenant(tenant);
        rules.condition("outcome IS NOT NULL");
        rules.equal("agent", self.agent.as_deref());
        rules.equal("run", self.run.as_deref());
        if let Some(user) = &self.user {
            rules.equal("user_id", Some(user));
            // What the index of people is about.
            rules.condition("user_id <> ''");
        }
        rules.equal("outcome", self.outcome.map(Outcome::as_str));
        if let Some(has_comment) = self.has_comment {
            let not = if has_comment { "NOT " } else { "" };
            rules.condition(format!("comment IS {not}NULL"));
        }
        match self.marked {
            Some(Marked::Open) => rules.condition("annotation IS NULL"),
            Some(Marked::As(annotation)) => rules.equal("annotation", Some(annotation.as_str())),
            None => {}
        }
        rules.equal("assignee", self.assignee.as_deref());
        rules.range("created_at", self.from, self.to);
        if let Some(reason) = &self.reason {
            let place = rules.bind(Value::Text(reason.clone()));
            rules.condition(match engine {
                Engine::Sqlite => format!(
                    "EXISTS (SELECT 1 FROM reasons
                         WHERE reasons.feedback_id = feedback.id AND reasons.reason = {place})"
                ),
                // It would read the reasons of all votes.
                Engine::Postgres => {
                    format!("reasons <> '[]' AND CAST(reasons AS JSONB) ? {place}")
                }
            });
        }
        for term in &self.terms {
            let place = rules.bind(Value::Text(term.clone()));
            rules.condition(format!("{}(folded, {place}) > 0", engine.position()));
        }
        rules
    }
}
