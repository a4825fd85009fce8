//! The component on a server.
#![cfg(feature = "ssr")]

use leptos::prelude::*;
use workflowai_feedback::FeedbackButtons;

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
