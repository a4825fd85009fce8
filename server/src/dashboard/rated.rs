//! What was rated, as a vote's page shows it.

use serde_json::{Map, Value};

use crate::context::{Context, Kind};

/// Members of an object that are shown by name, in this order.
const NAMED: [(&str, &str); 4] = [
    ("input", "Input"),
    ("output", "Output"),
    ("model", "Model"),
    ("version", "Version"),
];

/// A part of a context.
#[derive(Debug, PartialEq, Eq)]
pub struct Part {
    pub name: &'static str,
    pub blocks: Vec<Block>,
}

/// A text of a part.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    /// Who said it, in a list of messages.
    pub role: Option<String>,
    pub text: String,
    /// Whether it is JSON.
    pub code: bool,
}

impl Block {
    fn text(text: &str) -> Self {
        Self {
            role: None,
            text: text.to_owned(),
            code: false,
        }
    }

    fn json(value: &Value) -> Self {
        Self {
            role: None,
            text: serde_json::to_string_pretty(value).unwrap_or_default(),
            code: true,
        }
    }

    /// A message as chat models take them: `{"role": "…", "content": "…"}`.
    fn message(value: &Value) -> Option<Self> {
        Some(Self {
            role: Some(value.get("role")?.as_str()?.to_owned()),
            text: value.get("content")?.as_str()?.to_owned(),
            code: false,
        })
    }
}

/// The parts of a context.
pub fn parts(context: &Context) -> Vec<Part> {
    let whole = |block| {
        vec![Part {
            name: "Context",
            blocks: vec![block],
        }]
    };
    if context.kind == Kind::Text {
        return whole(Block::text(&context.text));
    }
    match serde_json::from_str(&context.text) {
        Ok(Value::Object(members)) => of_object(members),
        Ok(value) => vec![Part {
            name: "Context",
            blocks: blocks(&value),
        }],
        // Nested deeper than is read: as it was sent.
        Err(_) => whole(Block {
            code: true,
            ..Block::text(&context.text)
        }),
    }
}

fn of_object(mut members: Map<String, Value>) -> Vec<Part> {
    let mut parts: Vec<Part> = NAMED
        .into_iter()
        .filter_map(|(member, name)| {
            let value = members.remove(member).filter(|value| !value.is_null())?;
            let blocks = blocks(&value);
            Some(Part { name, blocks })
        })
        .collect();
    if !members.is_empty() {
        parts.push(Part {
            name: if parts.is_empty() { "Context" } else { "More" },
            blocks: vec![Block::json(&Value::Object(members))],
        });
    }
    parts
}

fn blocks(value: &Value) -> Vec<Block> {
    let messages = value.as_array().filter(|values| !values.is_empty());
    let messages = messages.and_then(|values| values.iter().map(Block::message).collect());
    match (messages, value) {
        (Some(messages), _) => messages,
        (None, Value::String(text)) => vec![Block::text(text)],
        (None, value) => vec![Block::json(value)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Vec<Part> {
        parts(&Context {
            kind: Kind::Json,
            text: text.to_owned(),
        })
    }

    fn names(parts: &[Part]) -> Vec<&str> {
        parts.iter().map(|part| part.name).collect()
    }

    #[test]
    fn what_is_known_is_shown_by_name_and_the_rest_after_it() {
        let parts = json(
            r#"{"temperature": 1, "output": "b\nc", "model": "m", "version": null,
                "input": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]}"#,
        );
        assert_eq!(names(&parts), ["Input", "Output", "Model", "More"]);
        let roles: Vec<_> = parts[0]
            .blocks
            .iter()
            .map(|block| block.role.as_deref())
            .collect();
        assert_eq!(roles, [Some("system"), Some("user")]);
        assert_eq!(parts[1].blocks, [Block::text("b\nc")]);
        assert_eq!(parts[3].blocks[0].text, "{\n  \"temperature\": 1\n}");
    }

    #[test]
    fn anything_else_is_shown_as_it_is() {
        let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
        for (text, code) in [
            ("\"text\"", false),
            ("[1]", true),
            ("{\"a\": 1}", true),
            (&deep, true),
        ] {
            let parts = json(text);
            assert_eq!(names(&parts), ["Context"], "{text}");
            assert_eq!(parts[0].blocks[0].code, code, "{text}");
        }
        assert!(json("[]")[0].blocks[0].code);
        let some = r#"[{"role": "user", "content": "u"}, {"role": "user", "content": [1]}]"#;
        assert!(json(some)[0].blocks[0].code, "not every one is a message");
    }
}
