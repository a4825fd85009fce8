//! Marking and assigning votes, many at once, and undoing it.

use serde_json::json;

use super::{form_token, page, sign_in, vote};
use crate::http::Answer;
use crate::receiver::{Running, claims, start};

async fn vote_id(server: &Running, run: &str) -> String {
    let body = json!({ "feedback_token": server.token(run).await, "outcome": "negative" });
    let id = server.post("/v1/feedback", body).await.ok()["id"].clone();
    id.as_str().expect("an id").to_owned()
}

async fn post(server: &Running, cookie: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let request = server.request("POST", path).header("cookie", cookie);
    request.form(fields).send().await
}

async fn user_id(server: &Running) -> String {
    let mut database = server.database().await;
    sqlx::query_scalar("SELECT id FROM users")
        .fetch_one(&mut database)
        .await
        .expect("a user")
}

/// How many votes the list shows under a query.
async fn listed(server: &Running, cookie: &str, query: &str) -> usize {
    let text = page(server, cookie, &format!("/dashboard?{query}"))
        .await
        .text();
    text.matches("class=\"vote ").count()
}

#[tokio::test]
async fn many_votes_are_marked_at_once_and_it_can_be_undone_once() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    let (first, second) = (
        vote_id(&server, "run-1").await,
        vote_id(&server, "run-2").await,
    );
    vote_id(&server, "run-3").await;
    let token = form_token(&server, &cookie).await;
    let mark = |annotation: &'static str, ids: Vec<String>| {
        let (server, cookie, token) = (&server, &cookie, &token);
        async move {
            let mut fields = vec![("form_token", token.as_str()), ("annotation", annotation)];
            fields.extend(ids.iter().map(|id| ("id", id.as_str())));
            fields.push(("back", "?outcome=negative"));
            let answer = post(server, cookie, "/dashboard/triage", &fields).await;
            assert_eq!(answer.status, 303, "{}", answer.text());
            answer.header("location").to_owned()
        }
    };
    mark("correct", vec![first.clone()]).await;
    let back = mark("resolved", vec![first.clone(), second.clone()]).await;
    assert!(
        back.starts_with("/dashboard?outcome=negative&done="),
        "{back}"
    );
    let text = page(&server, &cookie, &back).await.text();
    assert!(text.contains("Done for 2 votes."), "{text}");
    assert_eq!(listed(&server, &cookie, "annotation=resolved").await, 2);
    let undo = text
        .split("action=\"")
        .find(|part| part.contains("/undo\""))
        .expect("an offer");
    let undo = undo.split('"').next().expect("its address");
    let undo_form = [
        ("form_token", token.as_str()),
        ("back", "?outcome=negative"),
    ];
    post(&server, &cookie, undo, &[("form_token", "made-up")])
        .await
        .fails(403, "forbidden");
    let undone = post(&server, &cookie, undo, &undo_form).await;
    assert_eq!(
        undone.header("location"),
        "/dashboard?outcome=negative&undone=2"
    );
    assert_eq!(listed(&server, &cookie, "annotation=resolved").await, 0);
    assert_eq!(
        listed(&server, &cookie, "annotation=correct").await,
        1,
        "as it was before"
    );
    let text = page(&server, &cookie, &format!("/dashboard/votes/{first}"))
        .await
        .text();
    for step in [
        "Marked correct",
        "Marked resolved",
        "Undone: correct as before",
        "by Admin",
    ] {
        assert!(text.contains(step), "no {step} in {text}");
    }
    post(&server, &cookie, undo, &undo_form)
        .await
        .fails(404, "not_found");
    let none = mark("resolved", Vec::new()).await;
    let text = page(&server, &cookie, &none).await.text();
    assert!(text.contains("No vote was chosen"), "{text}");
}

#[tokio::test]
async fn undoing_leaves_alone_what_somebody_changed_since() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    let ids = [
        vote_id(&server, "run-1").await,
        vote_id(&server, "run-2").await,
        vote_id(&server, "run-3").await,
    ];
    let token = form_token(&server, &cookie).await;
    let mut fields = vec![("form_token", token.as_str()), ("annotation", "resolved")];
    fields.extend(ids.iter().map(|id| ("id", id.as_str())));
    let done = post(&server, &cookie, "/dashboard/triage", &fields).await;
    let done = done
        .header("location")
        .rsplit('=')
        .next()
        .expect("an id")
        .to_owned();
    // One is marked anew, one was changed by its visitor.
    let again = [
        ("form_token", token.as_str()),
        ("annotation", "correct"),
        ("id", &ids[0]),
    ];
    post(&server, &cookie, "/dashboard/triage", &again).await;
    vote(&server, "run-2", "positive", None).await;
    let undo = format!("/dashboard/triage/{done}/undo");
    let undone = post(&server, &cookie, &undo, &[("form_token", &token)]).await;
    assert_eq!(undone.header("location"), "/dashboard?undone=1");
    assert_eq!(listed(&server, &cookie, "annotation=correct").await, 1);
    assert_eq!(listed(&server, &cookie, "annotation=resolved").await, 0);
}

#[tokio::test]
async fn votes_are_assigned_to_somebody_of_the_team_and_found_by_that() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    let (first, _second) = (
        vote_id(&server, "run-1").await,
        vote_id(&server, "run-2").await,
    );
    let (token, user) = (form_token(&server, &cookie).await, user_id(&server).await);
    let assign = |assignee: String| {
        let (server, cookie, token, first) = (&server, &cookie, &token, &first);
        async move {
            let fields = [
                ("form_token", token.as_str()),
                ("id", first),
                ("assignee", &assignee),
            ];
            post(server, cookie, "/dashboard/triage", &fields).await
        }
    };
    assign("somebody-else".to_owned())
        .await
        .fails(422, "invalid_request");
    assert_eq!(assign(user.clone()).await.status, 303);
    assert_eq!(
        listed(&server, &cookie, &format!("assignee={user}")).await,
        1
    );
    let text = page(&server, &cookie, &format!("/dashboard/votes/{first}"))
        .await
        .text();
    assert!(text.contains("Assigned to Admin"), "{text}");
    assert_eq!(assign(String::new()).await.status, 303);
    assert_eq!(
        listed(&server, &cookie, &format!("assignee={user}")).await,
        0
    );
}

#[tokio::test]
async fn neither_viewers_nor_strangers_nor_other_tenants_triage() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    let id = vote_id(&server, "run-1").await;
    let token = form_token(&server, &cookie).await;
    let foreign = server.mint_in("acme", &claims("run-1")).await;
    let body = json!({ "feedback_token": foreign, "outcome": "negative" });
    let foreign = server.post("/v1/feedback", body).await.ok()["id"].clone();
    let foreign = foreign.as_str().expect("an id");
    let fields = |token, id| {
        [
            ("form_token", token),
            ("annotation", "resolved"),
            ("id", id),
        ]
    };
    let path = "/dashboard/triage";
    post(&server, &cookie, path, &fields("made-up", &id))
        .await
        .fails(403, "forbidden");
    post(&server, &cookie, path, &fields(&token, foreign))
        .await
        .fails(404, "not_found");
    assert_eq!(
        post(&server, "", path, &fields(&token, &id)).await.status,
        303
    );
    let evil = server.request("POST", path).header("cookie", &cookie);
    let evil = evil
        .header("origin", "https://evil.example")
        .form(&fields(&token, &id));
    evil.send().await.fails(403, "forbidden");
    let mut database = server.database().await;
    sqlx::query("UPDATE roles SET role = 'viewer'")
        .execute(&mut database)
        .await
        .expect("a role");
    post(&server, &cookie, path, &fields(&token, &id))
        .await
        .fails(403, "forbidden");
    let text = page(&server, &cookie, "/dashboard").await.text();
    assert!(
        !text.contains("Mark the chosen") && !text.contains("type=\"checkbox\" name"),
        "{text}"
    );
    let text = page(&server, &cookie, &format!("/dashboard/votes/{id}"))
        .await
        .text();
    assert!(
        text.contains("run-1") && !text.contains("Mark it"),
        "{text}"
    );
    let marked: i64 = sqlx::query_scalar("SELECT COUNT(annotation) FROM feedback")
        .fetch_one(&mut database)
        .await
        .expect("a count");
    assert_eq!(marked, 0);
}
