//! The team's pages.

mod first_vote;
mod overview;
mod people;
mod settings;
mod team;
mod triage;

use futures_util::future::join_all;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use workflowai_feedback_protocol::token::Claims;

use crate::http::Answer;
use crate::receiver::{Running, claims, start, start_with};
use crate::search::many;

/// Signs in with a fresh link; returns the cookie.
pub async fn sign_in(server: &Running) -> String {
    let link = server
        .receiver
        .dashboard_link("http://here")
        .await
        .expect("a link");
    let answer = enter(server, &link).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "/dashboard")
    );
    let cookie = answer.header("set-cookie");
    for word in ["HttpOnly", "SameSite=Lax", "Path=/dashboard"] {
        assert!(cookie.contains(word), "{cookie}");
    }
    cookie.split(';').next().expect("a cookie").to_owned()
}

pub async fn enter(server: &Running, code: &str) -> Answer {
    server
        .request("POST", "/dashboard/sign-in")
        .form(&[("code", code)])
        .send()
        .await
}

pub async fn page(server: &Running, cookie: &str, path: &str) -> Answer {
    server
        .request("GET", path)
        .header("cookie", cookie)
        .send()
        .await
}

pub async fn vote(server: &Running, run: &str, outcome: &str, comment: Option<&str>) {
    let token = server.token(run).await;
    let body = json!({ "feedback_token": token, "outcome": outcome, "comment": comment });
    server.post("/v1/feedback", body).await.ok();
}

#[tokio::test]
async fn nobody_sees_votes_without_signing_in() {
    let server = start().await;
    vote(&server, "run-1", "negative", Some("private")).await;
    for cookie in [
        "",
        "workflowai_feedback_session=",
        "workflowai_feedback_session=made-up",
    ] {
        let answer = page(&server, cookie, "/dashboard").await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (303, "/dashboard/sign-in")
        );
        assert!(!answer.text().contains("private"));
    }
}

#[tokio::test]
async fn a_link_signs_in_once_and_a_new_one_voids_it() {
    let server = start().await;
    assert!(!server.receiver.has_admin().await.expect("an answer"));
    let old = server
        .receiver
        .dashboard_link("http://here")
        .await
        .expect("a link");
    let link = server
        .receiver
        .dashboard_link("http://here")
        .await
        .expect("a link");
    let secret = link.rsplit_once('#').expect("a fragment").1.to_owned();
    assert!(
        link.starts_with("http://here/dashboard/sign-in#") && secret.len() == 43,
        "{link}"
    );
    // Five attempts a minute, with the two below.
    for wrong in [old.as_str(), "", &secret[1..]] {
        let answer = enter(&server, wrong).await;
        assert_eq!(answer.status, 403);
        assert_eq!(answer.header("set-cookie"), "");
        assert!(
            answer.text().contains("does not work any more"),
            "{}",
            answer.text()
        );
    }
    let first = enter(&server, &format!(" {secret} ")).await;
    assert_eq!(first.status, 303);
    assert!(server.receiver.has_admin().await.expect("an answer"));
    assert_eq!(enter(&server, &secret).await.status, 403, "a second use");
}

#[tokio::test]
async fn links_and_cookies_follow_the_public_url() {
    let url = "https://feedback.example/votes"
        .parse()
        .expect("an address");
    let server = start_with(|config| config.public_url = Some(url)).await;
    let link = server
        .receiver
        .dashboard_link("http://here")
        .await
        .expect("a link");
    assert!(
        link.starts_with("https://feedback.example/votes/dashboard/sign-in#"),
        "{link}"
    );
    let request = server
        .request("POST", "/dashboard/sign-in")
        .form(&[("code", &link)]);
    let answer = request.header("host", "evil.example").send().await;
    assert_eq!(answer.header("location"), "/votes/dashboard");
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.contains("; Secure") && cookie.contains("Path=/votes/dashboard"),
        "{cookie}"
    );
}

#[tokio::test]
async fn votes_are_shown_newest_first_with_everything_about_them() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    let empty = page(&server, &cookie, "/dashboard").await;
    assert!(empty.text().contains("No votes yet"));
    let token = server.token("run-1").await;
    let body = json!({
        "feedback_token": token, "outcome": "negative", "comment": "too slow",
        "user_id": "user-7", "reasons": ["late"],
    });
    server.post("/v1/feedback", body).await.ok();
    vote(&server, "run-2", "positive", None).await;
    vote(&server, "run-3", "positive", None).await;
    let text = page(&server, &cookie, "/dashboard").await.text();
    for shown in [
        "too slow",
        "user-7",
        "support",
        "run-1",
        "late",
        "Negative",
        "UTC",
        "anonymous",
    ] {
        assert!(text.contains(shown), "no {shown} in {text}");
    }
    let place = |run: &str| text.find(run).expect("it is shown");
    assert!(place("run-3") < place("run-2") && place("run-2") < place("run-1"));
    assert!(
        text.contains("<dd>3</dd>") && text.contains("67<span"),
        "{text}"
    );
    let negative = page(&server, &cookie, "/dashboard?outcome=negative")
        .await
        .text();
    assert!(negative.contains("run-1") && !negative.contains("run-2"));
    server
        .post(
            "/v1/feedback/retract",
            json!({ "feedback_token": server.token("run-2").await }),
        )
        .await
        .ok();
    assert!(
        !page(&server, &cookie, "/dashboard")
            .await
            .text()
            .contains("run-2")
    );
}

#[tokio::test]
async fn pages_go_on_by_cursor() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    for run in 0..60 {
        vote(&server, &format!("run-{run:02}"), "positive", None).await;
    }
    let first = page(&server, &cookie, "/dashboard?outcome=positive")
        .await
        .text();
    assert!(first.contains("run-59") && first.contains("run-10") && !first.contains("run-09"));
    let href = first
        .split("rel=\"next\" href=\"")
        .nth(1)
        .expect("a next page");
    let href = href
        .split('"')
        .next()
        .expect("its address")
        .replace("&#38;", "&");
    let second = page(&server, &cookie, &href).await.text();
    assert!(second.contains("run-09") && second.contains("run-00") && !second.contains("run-10"));
    assert!(!second.contains("rel=\"next\""));
}

#[tokio::test]
async fn hostile_texts_are_shown_as_texts() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    let hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    let claims = Claims {
        agent: hostile.into(),
        user: Some(hostile.into()),
        ..claims(hostile)
    };
    let token = server.mint(&claims).await;
    let body = json!({
        "feedback_token": token, "outcome": "negative", "comment": hostile,
        "reasons": [hostile],
    });
    server.post("/v1/feedback", body).await.ok();
    let text = page(&server, &cookie, "/dashboard").await.text();
    assert!(text.contains("alert(1)"), "{text}");
    assert!(
        !text.contains("<script>alert") && !text.contains("<img src=x"),
        "{text}"
    );
    let reflected = page(
        &server,
        &cookie,
        "/dashboard?outcome=%22%3E%3Cscript%3E&cursor=%3Cb%3E",
    )
    .await;
    assert!(!reflected.text().contains("<script>") && !reflected.text().contains("<b>"));
}

#[tokio::test]
async fn a_tenants_votes_are_its_own() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    let token = server.mint_in("acme", &claims("run-of-acme")).await;
    server
        .post(
            "/v1/feedback",
            json!({ "feedback_token": token, "outcome": "positive" }),
        )
        .await
        .ok();
    let text = page(&server, &cookie, "/dashboard").await.text();
    assert!(
        !text.contains("run-of-acme") && text.contains("No votes yet"),
        "{text}"
    );
}

#[tokio::test]
async fn pages_allow_nothing_but_their_own_files() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    vote(&server, "run-1", "positive", None).await;
    for path in ["/dashboard", "/dashboard/overview", "/dashboard/sign-in"] {
        let answer = page(&server, &cookie, path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("cache-control"), "no-store");
        let text = answer.text();
        assert!(
            !text.contains(" style=") && !text.contains("<style"),
            "{text}"
        );
        assert!(
            !text.contains(" onclick=") && !text.contains("https://"),
            "{text}"
        );
        for file in text.split("/dashboard/files/").skip(1) {
            let name = file.split('"').next().expect("a name");
            assert_eq!(
                server.get(&format!("/dashboard/files/{name}")).await.status,
                200,
                "{name}"
            );
        }
    }
    server
        .get("/dashboard/files/..%2F..%2FCargo.toml")
        .await
        .fails(404, "not_found");
}

#[tokio::test]
async fn signing_out_ends_the_session_and_no_other_site_can_ask_for_it() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    let text = page(&server, &cookie, "/dashboard").await.text();
    let token = text
        .split("name=\"form_token\" value=\"")
        .nth(1)
        .expect("a form");
    let token = token.split('"').next().expect("its token").to_owned();
    let leave = |form_token: String, origin: &'static str| {
        let request = server
            .request("POST", "/dashboard/sign-out")
            .header("cookie", &cookie);
        let request = request.form(&[("form_token", &form_token)]);
        let request = if origin.is_empty() {
            request
        } else {
            request.header("origin", origin)
        };
        request.send()
    };
    leave(String::new(), "").await.fails(403, "forbidden");
    leave("made-up".into(), "").await.fails(403, "forbidden");
    leave(token.clone(), "https://evil.example")
        .await
        .fails(403, "forbidden");
    assert_eq!(page(&server, &cookie, "/dashboard").await.status, 200);
    let gone = leave(token, "").await;
    assert_eq!(
        (gone.status, gone.header("location")),
        (303, "/dashboard/sign-in")
    );
    assert!(gone.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(page(&server, &cookie, "/dashboard").await.status, 303);
}

#[tokio::test]
async fn another_site_cannot_sign_anybody_in() {
    let server = start().await;
    let link = server
        .receiver
        .dashboard_link("http://here")
        .await
        .expect("a link");
    let request = server
        .request("POST", "/dashboard/sign-in")
        .form(&[("code", &link)]);
    request
        .header("origin", "https://evil.example")
        .send()
        .await
        .fails(403, "forbidden");
    assert_eq!(
        enter(&server, &link).await.status,
        303,
        "the link is still good"
    );
}

#[tokio::test]
async fn filters_stand_in_the_address_and_reach_the_export() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    vote(&server, "run-1", "negative", Some("Too SLOW for me")).await;
    vote(&server, "run-2", "negative", Some("=wrong")).await;
    vote(&server, "run-3", "positive", None).await;
    for (query, shown, hidden) in [
        ("q=slow", "run-1", "run-2"),
        ("run=run-2", "run-2", "run-1"),
        ("has_comment=false", "run-3", "run-1"),
        ("agent=support&outcome=positive", "run-3", "run-1"),
    ] {
        let text = page(&server, &cookie, &format!("/dashboard?{query}"))
            .await
            .text();
        let list = text.split("class=\"votes\"").nth(1).expect("a list");
        assert!(
            list.contains(shown) && !list.contains(hidden),
            "{query}: {list}"
        );
        assert!(text.contains("1 vote<"), "{query}: {text}");
        let csv = page(
            &server,
            &cookie,
            &format!("/dashboard/export?{query}&format=csv"),
        )
        .await;
        assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
        assert!(
            csv.text().contains(shown) && !csv.text().contains(hidden),
            "{query}"
        );
    }
    let all = page(&server, &cookie, "/dashboard/export").await.text();
    assert!(all.contains("'=wrong"), "{all}");
    let none = page(&server, &cookie, "/dashboard?q=nowhere").await.text();
    assert!(none.contains("No votes match"), "{none}");
    for (query, field) in [("from=yesterday", "from:"), ("cursor=x", "cursor:")] {
        let bad = page(&server, &cookie, &format!("/dashboard?{query}")).await;
        assert_eq!(bad.status, 422);
        assert!(bad.text().contains(field), "{}", bad.text());
    }
    assert_eq!(
        server.get("/dashboard/export").await.status,
        303,
        "without signing in"
    );
}

#[tokio::test]
async fn one_vote_is_shown_with_what_happened_to_it_and_can_be_marked() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    let token = server.token("run-1").await;
    let body = |user: &str, comment: &str| {
        json!({
            "feedback_token": token, "outcome": "negative", "user_id": user, "comment": comment,
        })
    };
    let id = server
        .post("/v1/feedback", body("ann", "first words"))
        .await
        .ok()["id"]
        .clone();
    let id = id.as_str().expect("an id");
    server
        .post("/v1/feedback", body("ann", "second words!"))
        .await
        .ok();
    server
        .post("/v1/feedback", body("bob", "of somebody else"))
        .await
        .ok();
    let path = format!("/dashboard/votes/{id}");
    let text = page(&server, &cookie, &path).await.text();
    for shown in [
        "second words!",
        "Voted negative, with 11 characters",
        "Changed to negative, with 13 characters",
        "by visitor",
        "Other votes on this run",
        "of somebody else",
    ] {
        assert!(text.contains(shown), "no {shown} in {text}");
    }
    assert!(!text.contains("first words"), "an earlier text is gone");
    let form_token = text
        .split("name=\"form_token\" value=\"")
        .nth(1)
        .expect("a form");
    let form_token = form_token.split('"').next().expect("its token");
    let mark = |token: &str, annotation: &str| {
        let form = [
            ("form_token", token),
            ("annotation", annotation),
            ("note", "looked at it"),
            ("id", id),
            ("back", &format!("votes/{id}")),
        ];
        let request = server
            .request("POST", "/dashboard/triage")
            .header("cookie", &cookie);
        request.form(&form).send()
    };
    mark("made-up", "resolved").await.fails(403, "forbidden");
    mark(form_token, "great")
        .await
        .fails(422, "invalid_request");
    let marked = mark(form_token, "incorrect").await;
    assert_eq!(marked.status, 303);
    let back = marked.header("location").to_owned();
    assert!(back.starts_with(&format!("{path}?done=")), "{back}");
    let text = page(&server, &cookie, &back).await.text();
    assert!(
        text.contains("Done for 1 vote.") && text.contains("Undo"),
        "{text}"
    );
    assert!(
        text.contains("Marked incorrect") && text.contains("looked at it"),
        "{text}"
    );
    assert!(text.contains("by Admin"), "{text}");
    assert_eq!(mark(form_token, "open").await.status, 303);
    assert!(
        page(&server, &cookie, &path)
            .await
            .text()
            .contains("Opened again")
    );
}

#[tokio::test]
async fn votes_of_another_tenant_are_not_there() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    let token = server.mint_in("acme", &claims("run-1")).await;
    let body = json!({ "feedback_token": token, "outcome": "positive" });
    let id = server.post("/v1/feedback", body).await.ok()["id"].clone();
    let path = format!("/dashboard/votes/{}", id.as_str().expect("an id"));
    page(&server, &cookie, &path).await.fails(404, "not_found");
    page(&server, &cookie, "/dashboard/votes/nonsense")
        .await
        .fails(404, "not_found");
    assert_eq!(server.get(&path).await.status, 303, "without signing in");
}

/// What the forms of a page carry.
pub async fn form_token(server: &Running, cookie: &str) -> String {
    let text = page(server, cookie, "/dashboard/overview").await.text();
    let token = text.split("name=\"form_token\" value=\"").nth(1);
    let token = token.expect("a form").split('"').next();
    token.expect("its token").to_owned()
}

#[tokio::test]
async fn news_are_for_whoever_is_signed_in() {
    let server = start().await;
    let path = "/dashboard/live?since=1.01890a5d-ac96-774b-bcce-b302099a8057";
    assert_eq!(server.get(path).await.status, 303);
    let cookie = sign_in(&server).await;
    for (query, status, code) in [
        ("", 404, "not_found"),
        ("?since=yesterday", 422, "invalid_request"),
        (
            "?since=1.01890a5d-ac96-774b-bcce-b302099a8057&outcome=x",
            422,
            "invalid_request",
        ),
    ] {
        let path = format!("/dashboard/live{query}");
        page(&server, &cookie, &path).await.fails(status, code);
    }
}

#[tokio::test]
async fn files_are_compressed_and_fetched_once_and_pages_with_secrets_never_are_compressed() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    vote(&server, "run-1", "negative", Some("private")).await;
    let ask = |path: &str| {
        let request = server.request("GET", path).header("cookie", &cookie);
        request.header("accept-encoding", "gzip, deflate, br, zstd")
    };
    let file = ask("/dashboard/files/dashboard.css").send().await;
    assert_eq!(file.header("content-encoding"), "gzip");
    assert!(file.body.len() < 8_000, "{}", file.body.len());
    let tag = file.header("etag");
    let again = ask("/dashboard/files/dashboard.css").header("if-none-match", tag);
    let again = again.send().await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    let other = ask("/dashboard/files/dashboard.css").header("if-none-match", "W/\"other\"");
    assert_eq!(other.send().await.status, 200);
    for path in [
        "/dashboard",
        "/dashboard/overview",
        "/dashboard/settings",
        "/dashboard/export",
    ] {
        let page = ask(path).send().await;
        assert_eq!(
            (page.status, page.header("content-encoding")),
            (200, ""),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_browser_gets_a_page_of_what_went_wrong_and_a_program_gets_json() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    let none = "/dashboard/votes/01930000-0000-7000-8000-000000000001";
    page(&server, &cookie, none).await.fails(404, "not_found");
    let opened = |method: &'static str, path: &'static str| {
        let request = server.request(method, path).header("cookie", &cookie);
        request.header("accept", "text/html,*/*;q=0.8")
    };
    let shown = opened("GET", none).send().await;
    assert_eq!(shown.status, 404);
    assert!(shown.header("content-type").starts_with("text/html"));
    assert!(
        shown
            .header("content-security-policy")
            .contains("default-src 'none'")
    );
    assert!(shown.text().contains("<h1>Not found</h1>"));
    let forged = [("form_token", "made-up"), ("annotation", "<script>")];
    let refused = opened("POST", "/dashboard/triage")
        .form(&forged)
        .send()
        .await;
    assert_eq!(refused.status, 403);
    assert!(
        refused.text().contains("<h1>Not allowed</h1>"),
        "{}",
        refused.text()
    );
    let elsewhere = opened("POST", "/dashboard/triage").header("sec-fetch-site", "cross-site");
    let elsewhere = elsewhere.form(&forged).send().await;
    assert!(
        elsewhere.text().contains("by another site"),
        "{}",
        elsewhere.text()
    );
}

#[tokio::test]
async fn news_look_at_no_more_votes_than_a_list_does() {
    let server = start().await;
    many(&server, 10_010, "n IN (3, 4, 10005)").await;
    let cookie = sign_in(&server).await;
    // The first event of each stream; then it is left.
    let all = [
        (
            "since=0.00000000-0000-7000-8000-000000000000&outcome=negative",
            "1",
        ),
        (
            "since=10001.00000000-0000-7000-8000-100000010001&outcome=negative",
            "1",
        ),
        ("since=10001.00000000-0000-7000-8000-100000010001", "9"),
        (
            "since=0.00000000-0000-7000-8000-000000000000&agent=support",
            "100",
        ),
    ];
    let streams = all.map(async |(query, news)| {
        let mut stream = TcpStream::connect(server.address)
            .await
            .expect("a connection");
        let head =
            format!("GET /dashboard/live?{query} HTTP/1.1\r\nhost: a\r\ncookie: {cookie}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.expect("open");
        let mut lines = BufReader::new(stream).lines();
        let first = loop {
            let line = lines.next_line().await.expect("open").expect("an event");
            if let Some(data) = line.strip_prefix("data: ") {
                break data.to_owned();
            }
        };
        assert_eq!(first, news, "{query}");
    });
    join_all(streams).await;
}
