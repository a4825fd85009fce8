//! The component on a server.
#![cfg(feature = "ssr")]

use leptos::prelude::*;
use workflowai_feedback::{FeedbackButtons, Messages, Outcome, Text, locales};

fn render(view: impl FnOnce() -> AnyView) -> String {
    Owner::new_root(None).with(|| view().to_html())
}

/// The opening tags of a name.
fn tags<'html>(html: &'html str, name: &str) -> Vec<&'html str> {
    html.match_indices(&format!("<{name} "))
        .map(|(start, _)| &html[start..=start + html[start..].find('>').expect("closed")])
        .collect()
}

#[test]
fn without_an_action_the_thumbs_wait_for_hydration() {
    let html =
        render(|| view! { <FeedbackButtons feedback_token=Some("token".to_owned())/> }.into_any());
    let thumbs: Vec<_> = tags(&html, "button")
        .into_iter()
        .filter(|tag| tag.contains(r#"name="outcome""#))
        .collect();
    assert_eq!(thumbs.len(), 2);
    for thumb in thumbs {
        assert!(thumb.contains(r#"type="button""#), "{thumb}");
        assert!(thumb.contains(r#"aria-disabled="true""#), "{thumb}");
    }
    assert!(tags(&html, "form").is_empty());
}

#[test]
fn with_an_action_the_thumbs_submit_a_form() {
    let html = render(|| {
        view! {
            <FeedbackButtons
                feedback_token=Some("a\"b".to_owned())
                user_id=Some("user".to_owned())
                action="/vote"
            />
        }
        .into_any()
    });
    let form = tags(&html, "form");
    assert!(
        form[0].contains(r#"method="post""#) && form[0].contains(r#"action="/vote""#),
        "{form:?}"
    );
    let fields = tags(&html, "input");
    assert!(fields[0].contains(r#"name="feedback_token""#), "{fields:?}");
    assert!(fields[0].contains(r#"value="a&quot;b""#), "{fields:?}");
    assert!(fields[1].contains(r#"value="user""#), "{fields:?}");
    let submits = tags(&html, "button")
        .into_iter()
        .filter(|tag| tag.contains(r#"type="submit""#) && tag.contains(r#"aria-disabled="false""#))
        .count();
    assert_eq!(submits, 2);
}

#[test]
fn a_widget_made_on_one_thread_may_be_dropped_on_another() {
    let owner = Owner::new_root(None);
    owner.with(|| {
        view! { <FeedbackButtons feedback_token=Some("token".to_owned())/> }.to_html();
    });
    std::thread::spawn(move || drop(owner))
        .join()
        .expect("no panic");
}

#[test]
fn the_vote_the_page_knows_of_is_in_the_markup() {
    let html = render(|| {
        view! { <FeedbackButtons feedback_token="token" outcome=Outcome::Negative/> }.into_any()
    });
    let pressed: Vec<_> = tags(&html, "button")
        .into_iter()
        .filter(|tag| tag.contains(r#"name="outcome""#) && tag.contains(r#"aria-pressed="true""#))
        .collect();
    assert_eq!(pressed.len(), 1);
    assert!(pressed[0].contains(r#"value="negative""#), "{pressed:?}");
    assert!(html.contains(r#"data-outcome="negative""#));
}

#[test]
fn attributes_icons_words_and_label_are_the_app_s_own() {
    let html = render(|| {
        view! {
            <FeedbackButtons
                label="Feedback on answer 3"
                messages=Messages::new(&locales::DE).with(Text::Negative, "Naja")
                positive_icon=|| view! { <b>"yes"</b> }
                attr:data-answer="3"
            />
        }
        .into_any()
    });
    let group = tags(&html, "div")[0];
    assert!(group.contains(r#"data-answer="3""#), "{group}");
    assert!(
        group.contains(r#"aria-label="Feedback on answer 3""#),
        "{group}"
    );
    assert!(html.contains("<b>yes</b>"), "{html}");
    assert_eq!(html.matches("<svg").count(), 1, "the other is ours");
    assert!(html.contains(r#"aria-label="Gute Antwort""#), "{html}");
    assert!(html.contains(r#"aria-label="Naja""#), "{html}");
}

#[test]
fn attributes_go_onto_the_form_where_there_is_one() {
    let html = render(|| view! { <FeedbackButtons action="/vote" attr:id="answer-3"/> }.into_any());
    assert!(
        tags(&html, "form")[0].contains(r#"id="answer-3""#),
        "{html}"
    );
    assert_eq!(html.matches("answer-3").count(), 1);
}
