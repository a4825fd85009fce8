//! Passwords, several people in two roles, invitations.

use super::{enter, form_token, page, sign_in};
use crate::http::Answer;
use crate::receiver::{Running, start};

const PASSWORD: &str = "correct horse battery";

pub async fn post(server: &Running, cookie: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let request = server.request("POST", path).header("cookie", cookie);
    request.form(fields).send().await
}

fn cookie_of(answer: &Answer) -> String {
    let cookie = answer.header("set-cookie").split(';').next();
    cookie.unwrap_or_default().to_owned()
}

async fn enter_with(server: &Running, login: &str, password: &str) -> Answer {
    let fields = [("login", login), ("password", password)];
    post(server, "", "/dashboard/sign-in", &fields).await
}

/// The secret of a new invitation.
async fn invite(server: &Running, cookie: &str, role: &str) -> String {
    let token = form_token(server, cookie).await;
    let fields = [("form_token", token.as_str()), ("role", role)];
    let answer = post(server, cookie, "/dashboard/team/invite", &fields).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let text = answer.text();
    let secret = text.split("/dashboard/join#").nth(1).expect("a link");
    secret.split('<').next().expect("its end").to_owned()
}

async fn join(server: &Running, code: &str, login: &str, password: &str) -> Answer {
    let fields = [
        ("code", code),
        ("name", "Somebody <b>new</b>"),
        ("login", login),
        ("password", password),
    ];
    post(server, "", "/dashboard/join", &fields).await
}

#[tokio::test]
async fn a_password_signs_in_and_setting_it_ends_the_other_sessions() {
    let server = start().await;
    let (other, cookie) = (sign_in(&server).await, sign_in(&server).await);
    let token = form_token(&server, &cookie).await;
    let set = |password: &'static str| {
        let (server, cookie, token) = (&server, &cookie, &token);
        async move {
            let fields = [
                ("form_token", token.as_str()),
                ("login", "Ann@Example.com"),
                ("password", password),
            ];
            post(server, cookie, "/dashboard/team/account", &fields).await
        }
    };
    let short = set("short").await;
    assert_eq!(short.status, 422);
    assert!(
        short.text().contains("password: must have 12 to 256"),
        "{}",
        short.text()
    );
    assert_eq!(set(PASSWORD).await.status, 303);
    assert_eq!(
        page(&server, &other, "/dashboard").await.status,
        303,
        "the other session is over"
    );
    assert_eq!(page(&server, &cookie, "/dashboard").await.status, 200);
    for (login, password) in [("ann@example.com", "wrong"), ("nobody", PASSWORD)] {
        let wrong = enter_with(&server, login, password).await;
        assert_eq!((wrong.status, wrong.header("set-cookie")), (403, ""));
    }
    let entered = enter_with(&server, "ann@example.com", PASSWORD).await;
    assert_eq!(entered.status, 303);
    let session = cookie_of(&entered);
    assert_eq!(page(&server, &session, "/dashboard").await.status, 200);
    let mut database = server.database().await;
    let hash: String = sqlx::query_scalar("SELECT password_hash FROM users")
        .fetch_one(&mut database)
        .await
        .expect("a hash");
    assert!(hash.starts_with("$argon2id$"), "{hash}");
    let token = form_token(&server, &session).await;
    let path = "/dashboard/team/sign-out-everywhere";
    post(&server, &session, path, &[("form_token", "made-up")])
        .await
        .fails(403, "forbidden");
    assert_eq!(
        post(&server, &session, path, &[("form_token", &token)])
            .await
            .status,
        303
    );
    for cookie in [&session, &cookie] {
        assert_eq!(page(&server, cookie, "/dashboard").await.status, 303);
    }
}

#[tokio::test]
async fn an_invitation_makes_one_person_of_its_role() {
    let server = start().await;
    let admin = sign_in(&server).await;
    let secret = invite(&server, &admin, "viewer").await;
    let joined = join(&server, &secret, "bob", PASSWORD).await;
    assert_eq!(joined.status, 303, "{}", joined.text());
    let bob = cookie_of(&joined);
    let team = page(&server, &bob, "/dashboard/team").await.text();
    assert!(
        team.contains("Somebody &#60;b&#62;new") && !team.contains("Invite somebody"),
        "{team}"
    );
    let again = join(&server, &secret, "eve", PASSWORD).await;
    assert!(again.status == 422 && again.text().contains("does not work any more"));
    let other = invite(&server, &admin, "admin").await;
    let taken = join(&server, &other, "BOB", PASSWORD).await;
    assert!(
        taken.text().contains("login: is somebody else"),
        "{}",
        taken.text()
    );
    assert_eq!(
        join(&server, &other, "carol", PASSWORD).await.status,
        303,
        "it still works"
    );
    // Attempts come back with time, and each takes some: a few more than there are left.
    for _ in 0..10 {
        let guess = enter_with(&server, "carol", "no password of hers").await;
        if guess.status == 429 {
            return guess.fails(429, "rate_limited");
        }
    }
    panic!("every attempt was taken");
}

#[tokio::test]
async fn roles_change_and_people_go_but_one_admin_stays() {
    let server = start().await;
    let admin = sign_in(&server).await;
    let secret = invite(&server, &admin, "viewer").await;
    let bob = cookie_of(&join(&server, &secret, "bob", PASSWORD).await);
    let mut database = server.database().await;
    let ids: Vec<(String, String)> =
        sqlx::query_as("SELECT user_id, role FROM roles ORDER BY role")
            .fetch_all(&mut database)
            .await
            .expect("the people");
    let (first, second) = (&ids[0].0, &ids[1].0);
    let token = form_token(&server, &admin).await;
    let change = |id: String, role: &'static str| {
        let (server, admin, token) = (&server, &admin, &token);
        async move {
            let fields = [("form_token", token.as_str()), ("role", role)];
            post(
                server,
                admin,
                &format!("/dashboard/team/people/{id}"),
                &fields,
            )
            .await
        }
    };
    for role in ["viewer", "none"] {
        let last = change(first.clone(), role).await;
        assert!(last.status == 422 && last.text().contains("at least one admin"));
    }
    change(second.clone(), "owner")
        .await
        .fails(422, "invalid_request");
    assert_eq!(change(second.clone(), "admin").await.status, 303);
    let text = page(&server, &bob, "/dashboard/team").await.text();
    assert!(text.contains("Invite somebody"), "{text}");
    assert_eq!(change(second.clone(), "none").await.status, 303);
    assert_eq!(
        page(&server, &bob, "/dashboard").await.status,
        303,
        "the session is over"
    );
    assert_eq!(enter_with(&server, "bob", PASSWORD).await.status, 403);
    let link = server.receiver.dashboard_link("").await.expect("a link");
    assert_eq!(enter(&server, &link).await.status, 303);
}

/// A route, a form that would change something, and whether that takes an admin.
type Changing = (&'static str, &'static [(&'static str, &'static str)], bool);

/// Every route that changes something.
const CHANGING: [Changing; 21] = [
    ("/dashboard/sign-out", &[], false),
    (
        "/dashboard/triage",
        &[("annotation", "resolved"), ("id", ID)],
        true,
    ),
    (
        "/dashboard/triage/01890a5d-ac96-774b-bcce-b302099a8057/undo",
        &[],
        true,
    ),
    (
        "/dashboard/team/account",
        &[("login", "x"), ("password", PASSWORD)],
        false,
    ),
    ("/dashboard/team/sign-out-everywhere", &[], false),
    ("/dashboard/team/invite", &[("role", "admin")], true),
    ("/dashboard/team/invitations/x/revoke", &[], true),
    ("/dashboard/team/people/x", &[("role", "admin")], true),
    ("/dashboard/team/people/x", &[("role", "none")], true),
    (
        "/dashboard/views",
        &[("name", "x"), ("query", "outcome=negative")],
        true,
    ),
    ("/dashboard/views/x/remove", &[], true),
    ("/dashboard/settings/api-keys", &[("scope", "admin")], true),
    ("/dashboard/settings/api-keys/x/revoke", &[], true),
    (
        "/dashboard/settings/signing-keys",
        &[("algorithm", "HS256")],
        true,
    ),
    (
        "/dashboard/settings/signing-keys/x/retire",
        &[("grace", "0")],
        true,
    ),
    ("/dashboard/settings/set", &[("keep_days", "1")], true),
    (
        "/dashboard/webhooks",
        &[("url", "https://example.com/hook")],
        true,
    ),
    (
        "/dashboard/webhooks/01890a5d-ac96-774b-bcce-b302099a8057/test",
        &[],
        true,
    ),
    (
        "/dashboard/webhooks/01890a5d-ac96-774b-bcce-b302099a8057/retry",
        &[],
        true,
    ),
    (
        "/dashboard/webhooks/01890a5d-ac96-774b-bcce-b302099a8057/remove",
        &[],
        true,
    ),
    ("/dashboard/settings/erase", &[("user_id", "x")], true),
];
const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

#[tokio::test]
async fn no_route_changes_anything_for_strangers_other_sites_or_the_wrong_role() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    let token = form_token(&server, &cookie).await;
    let other = sign_in(&server).await;
    let others_token = form_token(&server, &other).await;
    for (path, fields, _) in CHANGING {
        for wrong in ["", "made-up", &others_token] {
            let mut all = fields.to_vec();
            all.push(("form_token", wrong));
            post(&server, &cookie, path, &all)
                .await
                .fails(403, "forbidden");
        }
        let mut all = fields.to_vec();
        all.push(("form_token", &token));
        for (name, value) in [
            ("origin", "https://evil.example"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let request = server.request("POST", path).header("cookie", &cookie);
            let answer = request.header(name, value).form(&all).send().await;
            answer.fails(403, "forbidden");
        }
        let stranger = post(&server, "", path, &all).await;
        assert!(
            [303, 403].contains(&stranger.status),
            "{path}: {}",
            stranger.status
        );
        let get = page(&server, &cookie, path).await;
        if path != "/dashboard/webhooks" {
            get.fails(405, "method_not_allowed");
        }
    }
    let mut database = server.database().await;
    sqlx::query("UPDATE roles SET role = 'viewer'")
        .execute(&mut database)
        .await
        .expect("a role");
    for (path, fields, _) in CHANGING.iter().filter(|(.., admin)| *admin) {
        let mut all = fields.to_vec();
        all.push(("form_token", &token));
        post(&server, &cookie, path, &all)
            .await
            .fails(403, "forbidden");
    }
    // Every form of the router is among them, or takes nobody who is signed in.
    let router = include_str!("../../../src/dashboard.rs");
    let forms = router.matches("post(").count();
    let paths: std::collections::HashSet<_> = CHANGING.iter().map(|(path, ..)| path).collect();
    assert_eq!(forms, paths.len() + ["sign-in", "join"].len());
    let settings = page(&server, &cookie, "/dashboard/settings").await;
    settings.fails(403, "forbidden");
    assert_eq!(
        page(&server, &cookie, "/dashboard").await.status,
        200,
        "still signed in"
    );
}
