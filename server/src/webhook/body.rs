//! What a message says. It is made when it is sent, from what is stored then: nothing a person
//! wrote waits in the queue, and who was erased is in no message.

use std::fmt::Write;

use axum::http::Uri;
use serde_json::{Value, json};

use super::send::Message;
use super::signature::sign;
use super::test_message::TEST;
use super::{Event, Form};
use crate::clock::{SECOND, now, rfc3339};
use crate::storage::{Hook, Queued, Told};

/// Characters of a comment that a line for Slack shows.
const SHOWN: usize = 1_000;

/// Makes the message. None if the secret cannot sign.
pub fn message(
    hook: &Hook,
    due: &Queued,
    told: Option<&Told>,
    missed: i64,
    public_url: Option<&Uri>,
) -> Option<Message> {
    match hook.form {
        Form::Standard => {
            let body = standard(due, told, missed).to_string();
            let seconds = now() / SECOND;
            let signature = sign(&hook.secret, &due.id, seconds, &body)?;
            Some(Message {
                headers: vec![
                    ("webhook-id", due.id.clone()),
                    ("webhook-timestamp", seconds.to_string()),
                    ("webhook-signature", signature),
                ],
                body,
            })
        }
        Form::Slack => {
            let text = slack(due, told, missed, public_url);
            // Without markup, so that no comment is a link, a heading or a call for everybody.
            let body = json!({ "text": text, "mrkdwn": false, "unfurl_links": false });
            Some(Message {
                headers: Vec::new(),
                body: body.to_string(),
            })
        }
    }
}

fn detail(due: &Queued) -> Value {
    let detail = due.detail.as_deref().map(serde_json::from_str);
    detail.and_then(Result::ok).unwrap_or_default()
}

fn standard(due: &Queued, told: Option<&Told>, missed: i64) -> Value {
    let kind = format!("feedback.{}", due.event);
    let data = told.map_or_else(|| detail(due), |told| json!(told));
    json!({ "type": kind, "timestamp": rfc3339(due.at), "missed": missed, "data": data })
}

fn slack(due: &Queued, told: Option<&Told>, missed: i64, public_url: Option<&Uri>) -> String {
    let Some(told) = told else {
        if due.event == TEST {
            return escaped(detail(due)["text"].as_str().unwrap_or_default());
        }
        return escaped(&drop_line(&detail(due)));
    };
    let mut text = format!("{}: ", headline(due, told));
    let _ = write!(text, "agent {}, run {}", told.agent_id, told.run_id);
    if let Some(user) = &told.user_id {
        let _ = write!(text, ", user {user}");
    }
    if !told.reasons.is_empty() {
        let _ = write!(text, " [{}]", told.reasons.join(", "));
    }
    if let Some(comment) = &told.comment {
        let _ = write!(text, "\n{}", shortened(comment));
    }
    if missed > 0 {
        let _ = write!(
            text,
            "\n({missed} earlier messages of this vote were given up)"
        );
    }
    let mut text = escaped(&text);
    if let Some(url) = public_url.filter(|_| told.outcome.is_some()) {
        let base = url.to_string();
        let base = base.trim_end_matches('/');
        let _ = write!(text, "\n{base}/dashboard/votes/{}", told.id);
    }
    text
}

fn headline(due: &Queued, told: &Told) -> String {
    let thumbs = match told.outcome.as_deref() {
        Some("positive") => "Thumbs up",
        Some(_) => "Thumbs down",
        None => "Vote taken back",
    };
    match Event::parse(&due.event) {
        Some(Event::Changed) if told.outcome.is_some() => format!("{thumbs}, changed"),
        Some(Event::Annotated) => {
            let mark = told.annotation.as_deref().unwrap_or("open again");
            format!("{thumbs}, {mark}")
        }
        _ => thumbs.to_owned(),
    }
}

fn drop_line(detail: &Value) -> String {
    let percent = |share: &Value| share.as_f64().unwrap_or_default() * 100.0;
    format!(
        "Thumbs up dropped: agent {}, {:.0} % of {} votes in 24 hours after {:.0} % of {} in the 7 \
         days before",
        detail["agent_id"].as_str().unwrap_or_default(),
        percent(&detail["share"]),
        detail["votes"],
        percent(&detail["share_before"]),
        detail["votes_before"],
    )
}

fn shortened(comment: &str) -> String {
    let mut shown: String = comment.chars().take(SHOWN).collect();
    if shown.len() < comment.len() {
        shown.push('…');
    }
    shown
}

/// As Slack asks for: these three alone have a meaning outside markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told() -> Told {
        Told {
            id: "01930000-0000-7000-8000-000000000001".into(),
            agent_id: "a<b>".into(),
            run_id: "r&1".into(),
            user_id: Some("u".into()),
            outcome: Some("negative".into()),
            comment: Some("<!channel> *see* <https://evil.example|here> & more".into()),
            reasons: vec!["<slow>".into()],
            annotation: None,
            created_at: String::new(),
            updated_at: String::new(),
        }
    }

    #[test]
    fn slack_gets_text_in_which_nothing_has_a_meaning() {
        let due = Queued::about(Event::Voted, None);
        let url: Uri = "https://feedback.example/below/".parse().expect("it");
        let text = slack(&due, Some(&told()), 2, Some(&url));
        assert_eq!(
            text,
            "Thumbs down: agent a&lt;b&gt;, run r&amp;1, user u [&lt;slow&gt;]\n\
             &lt;!channel&gt; *see* &lt;https://evil.example|here&gt; &amp; more\n\
             (2 earlier messages of this vote were given up)\n\
             https://feedback.example/below/dashboard/votes/01930000-0000-7000-8000-000000000001"
        );
        let long = Told {
            comment: Some("ü".repeat(10_000)),
            ..told()
        };
        let text = slack(&due, Some(&long), 0, None);
        assert_eq!(text.matches('ü').count(), 1_000);
        assert!(text.ends_with('…'));
    }

    #[test]
    fn each_event_has_words_of_its_own() {
        let with = |event, outcome: Option<&str>, annotation: Option<&str>| {
            let told = Told {
                outcome: outcome.map(str::to_owned),
                annotation: annotation.map(str::to_owned),
                comment: None,
                ..told()
            };
            headline(&Queued::about(event, None), &told)
        };
        let up = Some("positive");
        assert_eq!(with(Event::Voted, up, None), "Thumbs up");
        assert_eq!(with(Event::Changed, up, None), "Thumbs up, changed");
        assert_eq!(with(Event::Retracted, None, None), "Vote taken back");
        // Taken back before it could be told.
        assert_eq!(with(Event::Changed, None, None), "Vote taken back");
        let marked = with(Event::Annotated, up, Some("resolved"));
        assert_eq!(marked, "Thumbs up, resolved");
        let opened = with(Event::Annotated, up, None);
        assert_eq!(opened, "Thumbs up, open again");
        let detail = json!({ "agent_id": "a<b", "share": 0.6, "votes": 50, "share_before": 0.9,
            "votes_before": 200 });
        let due = Queued::about(Event::ShareDropped, Some(detail.to_string()));
        assert_eq!(
            slack(&due, None, 0, None),
            "Thumbs up dropped: agent a&lt;b, 60 % of 50 votes in 24 hours after 90 % of 200 in \
             the 7 days before"
        );
    }
}
