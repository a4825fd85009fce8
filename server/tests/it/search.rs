//! Searching comments: the same is found before and after they are indexed.

use serde_json::{Value, json};
use workflowai_feedback_server::Scope;

use crate::receiver::{Running, start};

const COMMENTS: [&str; 10] = [
    "The answer is wrong",
    "ANSWERED at last",
    "say \"OR\" and * and NEAR(a b)",
    "100% sure_thing",
    "a\\b backslash",
    "日本語のコメント",
    "Straße STRASSE",
    "ab",
    "it's fine; DROP TABLE feedback",
    "e\u{301}te\u{301} été",
];

const SEARCHES: [&str; 24] = [
    "answer",
    "ANSWER",
    "swer",
    "an",
    "a",
    "wrong answer",
    "\"OR\"",
    "OR",
    "* and",
    "near(a",
    "100%",
    "%",
    "_",
    "e_t",
    "a\\b",
    "\\",
    "日本語",
    "日本",
    "本語の",
    "strasse",
    "straße",
    "été",
    "'; drop",
    "nothing of it",
];

async fn ask(server: &Running, key: &str, query: &[(&str, &str)]) -> Value {
    let query = serde_urlencoded::to_string(query).expect("a query");
    let path = format!("/v1/_/agents/support/feedback?{query}");
    let list = server.request("GET", &path);
    list.header("authorization", key).send().await.ok()
}

async fn key(server: &Running) -> String {
    let key = server.receiver.new_api_key("default", &Scope::ALL).await;
    format!("Bearer {}", key.expect("a key"))
}

async fn say(server: &Running, run: &str, comment: Option<&str>) {
    let token = server.token(run).await;
    let body = json!({ "feedback_token": token, "outcome": "positive", "comment": comment,
        "user_id": "u" });
    server.post("/v1/feedback", body).await.ok();
}

#[tokio::test]
async fn what_is_found_is_what_reading_every_comment_finds_before_and_after_indexing() {
    let server = start().await;
    let key = key(&server).await;
    for (run, comment) in COMMENTS.iter().enumerate() {
        say(&server, &run.to_string(), Some(comment)).await;
    }
    // The oracle folds as the receiver says it does: NFKC and lower case.
    let plain = |text: &str| {
        use unicode_normalization::UnicodeNormalization;
        text.nfkc().collect::<String>().to_lowercase()
    };
    for round in ["before", "after", "again"] {
        for search in SEARCHES {
            let terms: Vec<String> = search.split(' ').map(plain).collect();
            let mut expected: Vec<_> = COMMENTS
                .iter()
                .filter(|comment| terms.iter().all(|term| plain(comment).contains(term)))
                .copied()
                .collect();
            expected.reverse();
            let list = ask(&server, &key, &[("q", search)]).await;
            let found: Vec<_> = list["items"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|vote| vote["comment"].as_str().expect("a comment"))
                .collect();
            assert_eq!(found, expected, "{round}: {search}");
            assert_eq!(list["count"], json!(expected.len()), "{round}: {search}");
            assert_eq!(list.get("partial"), None, "{round}: {search}");
        }
        let behind = server.receiver.index().await.expect("a database");
        assert_eq!(behind, if round == "before" { 10 } else { 0 });
    }
}

#[tokio::test]
async fn a_comment_that_is_changed_taken_back_or_erased_leaves_the_index() {
    let server = start().await;
    let key = key(&server).await;
    for run in ["1", "2", "3", "4"] {
        say(&server, run, Some("a memorable phrase")).await;
    }
    server.receiver.index().await.expect("a database");
    let found = async |words| ask(&server, &key, &[("q", words)]).await["count"].clone();
    assert_eq!(found("memorable").await, 4);
    say(&server, "1", Some("another text")).await;
    say(&server, "2", None).await;
    let retract = json!({ "feedback_token": server.token("3").await, "user_id": "u" });
    server.post("/v1/feedback/retract", retract).await.ok();
    for _ in ["before indexing", "after"] {
        assert_eq!(found("memorable").await, 1);
        assert_eq!(found("another").await, 1);
        server.receiver.index().await.expect("a database");
    }
    let rows = async || {
        let mut database = server.database().await;
        let rows: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM search")
            .fetch_one(&mut database)
            .await
            .expect("a count");
        rows
    };
    assert_eq!(rows().await, 2);
    let erase = server.request("DELETE", "/v1/_/users/u/feedback");
    erase.header("authorization", &key).send().await.ok();
    assert_eq!(found("another").await, 0);
    assert_eq!(rows().await, 0);
}

#[tokio::test]
async fn a_short_term_looks_at_the_newest_ten_thousand_and_says_so() {
    let server = start().await;
    let key = key(&server).await;
    let mut database = server.database().await;
    sqlx::query(
        "INSERT INTO feedback (id, tenant, agent, run, user_id, outcome, comment, folded,
             created_at, updated_at, client, sequence, pressed_at)
         WITH RECURSIVE numbers (n) AS (
             SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10010
         )
         SELECT '00000000-0000-7000-8000-' || (100000000000 + n), 'default', 'support', 'run-' || n, 'u',
             'positive', CASE WHEN n IN (5, 10005) THEN 'xyz' ELSE 'no' END,
             CASE WHEN n IN (5, 10005) THEN 'xyz' ELSE 'no' END, n, n, '', 0, n
         FROM numbers",
    )
    .execute(&mut database)
    .await
    .expect("votes");
    sqlx::query("INSERT INTO search_due (feedback_id) SELECT id FROM feedback")
        .execute(&mut database)
        .await
        .expect("votes");
    server.receiver.index().await.expect("a database");
    let short = ask(&server, &key, &[("q", "xy")]).await;
    assert_eq!(short["partial"], true);
    assert_eq!(
        (&short["count"], &short["count_is"]),
        (&json!(1), &json!("at_least"))
    );
    assert_eq!(short["items"][0]["run_id"], "run-10005");
    let next = short["next"].as_str().expect("more to look at");
    let rest = ask(&server, &key, &[("q", "xy"), ("cursor", next)]).await;
    assert_eq!((rest.get("partial"), &rest["next"]), (None, &Value::Null));
    assert_eq!(rest["items"][0]["run_id"], "run-5");
    let long = ask(&server, &key, &[("q", "xyz")]).await;
    assert_eq!((long.get("partial"), &long["count"]), (None, &json!(2)));
    // A term that most votes have is read from the newest on.
    let common = ask(&server, &key, &[("q", "no"), ("limit", "2")]).await;
    assert_eq!(common["items"].as_array().map(Vec::len), Some(2));
}

/// So many votes, the oldest first, numbered from 1; those for which `marked` is true of their `n` are
/// thumbs down and resolved.
pub async fn many(server: &Running, count: u32, marked: &str) {
    let sql = format!(
        "INSERT INTO feedback (id, tenant, agent, run, user_id, outcome, created_at, updated_at,
             client, sequence, pressed_at, annotation)
         WITH RECURSIVE numbers (n) AS (
             SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}
         )
         SELECT '00000000-0000-7000-8000-' || (100000000000 + n), 'default',
             'support', 'run-' || n, 'u', CASE WHEN {marked} THEN 'negative' ELSE 'positive' END,
             n, n, '', 0, n, CASE WHEN {marked} THEN 'resolved' END
         FROM numbers"
    );
    let mut database = server.database().await;
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .execute(&mut database)
        .await
        .expect("votes");
}

#[tokio::test]
async fn what_is_rare_is_found_page_by_page_and_nothing_is_missed() {
    let server = start().await;
    let key = key(&server).await;
    many(&server, 25_000, "n IN (3, 12345, 24999)").await;
    // No index has both.
    let filters = [("outcome", "negative"), ("has_comment", "false")];
    let (mut found, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let query = [&filters[..], &[("cursor", cursor.as_str())]].concat();
        let list = ask(&server, &key, &query).await;
        for vote in list["items"].as_array().expect("a list") {
            found.push(vote["run_id"].as_str().expect("a run").to_owned());
        }
        pages += 1;
        let Some(next) = list["next"].as_str() else {
            assert_eq!(list.get("partial"), None);
            break;
        };
        assert_eq!(list["partial"], true);
        cursor = next.to_owned();
    }
    assert_eq!(found, ["run-24999", "run-12345", "run-3"]);
    assert_eq!(pages, 3);
    // Of one time alone there are few to look at.
    let late = [("annotation", "resolved"), ("outcome", "negative")];
    let list = ask(&server, &key, &late).await;
    assert_eq!(
        (list["count"].clone(), list.get("count_is")),
        (json!(3), None)
    );
    assert_eq!(list["items"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn a_count_says_when_it_stopped_looking() {
    let server = start().await;
    let key = key(&server).await;
    many(&server, 10_001, "n % 2 = 0").await;
    let open = ask(&server, &key, &[("annotation", "open"), ("limit", "1")]).await;
    assert_eq!(open["count"], 5_000);
    assert_eq!(open["count_is"], "at_least");
    assert_eq!(open.get("partial"), None, "the page is full");
    // An index has these.
    let marked = ask(&server, &key, &[("annotation", "resolved"), ("limit", "1")]).await;
    assert_eq!(
        (&marked["count"], marked.get("count_is")),
        (&json!(5_000), None)
    );
}

#[tokio::test]
async fn to_skip_some_is_no_way_to_have_everything_looked_at() {
    let server = start().await;
    let key = key(&server).await;
    many(&server, 10_003, "n IN (1, 2, 10001, 10002)").await;
    let rare = [("outcome", "negative"), ("has_comment", "false")];
    let skipping = |offset: &'static str| {
        let (server, key) = (&server, &key);
        async move { ask(server, key, &[&rare[..], &[("offset", offset)]].concat()).await }
    };
    let runs = |list: &Value| -> Vec<String> {
        let votes = list["items"].as_array().expect("a list").iter();
        votes
            .map(|vote| vote["run_id"].as_str().expect("a run").to_owned())
            .collect()
    };
    let one = skipping("1").await;
    assert_eq!(
        (runs(&one), &one["partial"]),
        (vec!["run-10001".into()], &json!(true))
    );
    let all = skipping("9").await;
    assert_eq!((runs(&all), &all["partial"]), (vec![], &json!(true)));
    // What was not looked at was not skipped.
    let next = all["next"].as_str().expect("more to look at");
    let rest = ask(&server, &key, &[&rare[..], &[("cursor", next)]].concat()).await;
    assert_eq!(
        (runs(&rest), rest.get("partial")),
        (vec!["run-2".into(), "run-1".into()], None)
    );
}
