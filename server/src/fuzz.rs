//! Bodies, queries and cursors of any shape are read or refused, never a panic. `PROPTEST_CASES`
//! says how many are tried; failures are kept and tried first.

use std::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;
use workflowai_feedback_protocol::{FeedbackRequest, LookupRequest, RetractRequest};

use crate::api::Filters;
use crate::cursor::Cursor;
use crate::fold::{fold, terms};
use crate::json::parse;
use crate::storage::Filter;
use crate::webhook::{NewWebhook, may_reach};

/// JSON of any shape, with the names that requests have.
fn json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        prop_oneof![Just("positive"), Just("negative")].prop_map(Value::from),
    ];
    let names = prop::sample::select(vec![
        "feedback_token",
        "outcome",
        "comment",
        "user_id",
        "reasons",
        "intent",
        "client",
        "sequence",
        "age",
        "items",
    ]);
    leaf.prop_recursive(3, 24, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((names.clone(), inner), 0..8).prop_map(|pairs| {
                let pairs = pairs
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value));
                Value::Object(pairs.collect())
            }),
        ]
    })
}

fn is_read_or_refused(bytes: &[u8]) {
    let errors = [
        parse::<FeedbackRequest>(bytes).and_then(|body| body.checked().map(drop)),
        parse::<RetractRequest>(bytes).and_then(|body| body.checked().map(drop)),
        parse::<LookupRequest>(bytes).and_then(|body| body.checked().map(drop)),
    ];
    for error in errors.into_iter().filter_map(Result::err) {
        assert!(
            !error.field.is_empty() && !error.problem.is_empty(),
            "{error:?}"
        );
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused_as_a_body(
        bytes in prop::collection::vec(any::<u8>(), 0..200)
    ) {
        is_read_or_refused(&bytes);
    }

    #[test]
    fn any_json_is_read_or_refused_as_a_body(body in json()) {
        is_read_or_refused(body.to_string().as_bytes());
    }

    #[test]
    fn json_that_was_cut_or_changed_is_read_or_refused(
        body in json(), at in any::<prop::sample::Index>(), byte in any::<u8>()
    ) {
        let mut bytes = body.to_string().into_bytes();
        let at = at.index(bytes.len());
        is_read_or_refused(&bytes[..at]);
        bytes[at] = byte;
        is_read_or_refused(&bytes);
    }

    #[test]
    fn any_query_is_read_or_refused(
        query in "[a-z_]{0,12}(=|%|\\+|&|\\PC){0,30}",
        outcome in "\\PC{0,12}", q in "\\PC{0,220}", from in "[0-9TZ:.+-]{0,30}",
    ) {
        let _ = serde_urlencoded::from_str::<Filters>(&query);
        let pairs = [("outcome", &outcome), ("q", &q), ("from", &from), ("to", &from),
            ("has_comment", &outcome), ("annotation", &outcome), ("user_id", &q), ("reason", &q)];
        let query = serde_urlencoded::to_string(pairs).expect("a query");
        if let Ok(filters) = serde_urlencoded::from_str::<Filters>(&query)
            && let Err(error) = filters.read(Filter::default())
        {
            prop_assert!(!error.field.is_empty());
        }
    }

    #[test]
    fn a_cursor_comes_back_as_it_was_and_anything_else_is_none(
        created_at in 0..i64::MAX, id in any::<u128>(), text in "\\PC{0,60}"
    ) {
        let id = uuid::Uuid::from_u128(id).hyphenated().to_string();
        let cursor = Cursor { created_at, id };
        prop_assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor));
        if let Some(read) = Cursor::parse(&text) {
            prop_assert!(read.created_at >= 0);
        }
    }

    #[test]
    fn any_address_of_a_webhook_is_read_or_refused(
        text in "\\PC{0,60}",
        address in "(https?|ftp)?(:|/){0,4}[a-z0-9.%@:\\[\\]-]{0,30}(/|\\?|#){0,2}\\PC{0,20}",
        name in "\\PC{0,12}",
    ) {
        for url in [text, address] {
            for allow_private in [false, true] {
                let checked = NewWebhook::checked(&url, Some("slack"), &[], allow_private);
                if let Err(error) = checked {
                    prop_assert_eq!(error.field, "url");
                } else {
                    prop_assert!(url.starts_with("http"), "{}", url);
                }
            }
        }
        let unknown = NewWebhook::checked("https://hooks.example/", Some(&name), std::slice::from_ref(&name), false);
        prop_assert!(unknown.is_err() || ["standard", "slack"].contains(&name.as_str()));
    }

    #[test]
    fn no_address_that_is_reached_is_private_however_it_is_written(bits in any::<u32>()) {
        let v4 = Ipv4Addr::from(bits);
        let [.., high, low] = v4.to_ipv6_mapped().segments();
        let nat64 = Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low);
        let reached = may_reach(v4.into(), false);
        for written in [v4.to_ipv6_mapped(), nat64] {
            prop_assert_eq!(may_reach(written.into(), false), reached);
        }
        prop_assert!(!(reached && (v4.is_private() || v4.is_loopback() || v4.is_link_local())));
        prop_assert!(!may_reach(v4.to_ipv6_compatible().into(), true));
    }

    #[test]
    fn folding_twice_is_folding_once_and_terms_are_parts(text in "\\PC{0,60}") {
        let folded = fold(&text);
        prop_assert_eq!(fold(&folded), folded.clone());
        for term in terms(&text) {
            prop_assert!(folded.contains(&term), "{} {}", folded, term);
        }
    }
}
