//! Commands, settings, and what `serve` says.

use serde_json::{Value, json};
use workflowai_feedback_protocol::token::{Algorithm, Claims, SigningKey};

use crate::server::{Server, command, line, run};

#[tokio::test]
async fn with_no_settings_it_makes_a_private_folder_and_says_where_to_look() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[]);
    let data = folder
        .path()
        .canonicalize()
        .expect("a path")
        .join(".feedback");
    let file = data.join("feedback.db");
    let first = &server.said[0];
    assert!(
        first.contains(&file.display().to_string()) && first.contains("(new)"),
        "{first}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &std::path::Path| {
            path.metadata().expect("it is there").permissions().mode() & 0o777
        };
        assert_eq!(mode(&data), 0o700);
        let files: Vec<_> = data.read_dir().expect("a folder").flatten().collect();
        assert!(files.len() >= 2, "the database and its log");
        for file in files {
            assert_eq!(mode(&file.path()), 0o600, "{}", file.path().display());
        }
    }
    assert!(server.link().is_some(), "{:?}", server.said);
    assert_eq!(
        server.said.last(),
        Some(&format!("ready http://{}", server.address))
    );
    assert_eq!(
        server.request("GET", "/healthz").send().await.text(),
        "ok\n"
    );
    assert_eq!(
        server.request("GET", "/readyz").send().await.text(),
        "ready\n"
    );
    assert!(server.stop());
    let server = Server::start(folder.path(), &[]);
    assert!(!server.said[0].contains("(new)"), "{:?}", server.said);
}

#[tokio::test]
async fn a_token_of_the_command_line_votes_whether_made_before_or_after_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let mint = |run: &str| {
        let flags = [
            "--agent",
            "support",
            "--run",
            run,
            "--user",
            "u",
            "--expires-in",
            "60",
        ];
        line(folder.path(), &[&["token", "mint"], &flags[..]].concat())
    };
    let before = mint("run-1");
    let server = Server::start(folder.path(), &[]);
    let other = line(
        folder.path(),
        &[
            "token", "mint", "--agent", "a", "--run", "r", "--tenant", "t",
        ],
    );
    for token in [before, mint("run-2"), other] {
        let body = json!({ "feedback_token": token, "outcome": "positive" });
        server
            .request("POST", "/v1/feedback")
            .json(&body)
            .send()
            .await
            .ok();
    }
    let key = line(folder.path(), &["api-key", "new"]);
    let list = server.request("GET", "/v1/_/agents/support/feedback");
    let list = list
        .header("authorization", &format!("Bearer {key}"))
        .send()
        .await
        .ok();
    assert_eq!(list["count"], 2);
    assert_eq!(list["items"][0]["user_id"], "u");
}

#[tokio::test]
async fn a_new_signing_key_serves_a_backend_and_is_listed_without_its_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[]);
    for alg in ["HS256", "EdDSA"] {
        let key: Value =
            serde_json::from_str(&line(folder.path(), &["signing-key", "new", "--alg", alg]))
                .expect("JSON");
        assert_eq!(key["alg"], alg);
        let text = |name: &str| key[name].as_str().expect("a text").to_owned();
        let algorithm = Algorithm::parse(alg).expect("an algorithm");
        let backend = SigningKey::new(text("kid"), algorithm, text("secret")).expect("a key");
        let claims = Claims {
            agent: "a".into(),
            run: "r".into(),
            user: None,
            expires_at: None,
        };
        let token = backend.mint(&claims).expect("a token");
        let body = json!({ "feedback_token": token, "outcome": "positive" });
        server
            .request("POST", "/v1/feedback")
            .json(&body)
            .send()
            .await
            .ok();
        let output = run(folder.path(), &["signing-key", "list"]);
        let list = String::from_utf8(output.stdout).expect("a text");
        assert!(list.contains(&text("kid")) && list.contains(alg), "{list}");
        assert!(!list.contains(&text("secret")), "{list}");
    }
}

#[test]
fn bad_arguments_are_named_and_nothing_is_printed() {
    let folder = tempfile::tempdir().expect("a folder");
    let long = "x".repeat(257);
    for (arguments, word) in [
        (vec!["token", "mint", "--agent", "a"], "--run"),
        (
            vec!["token", "mint", "--agent", "", "--run", "r"],
            "--agent",
        ),
        (
            vec!["token", "mint", "--agent", "a", "--run", &long],
            "--run",
        ),
        (
            vec![
                "token", "mint", "--agent", "a", "--run", "r", "--user", "\n",
            ],
            "--user",
        ),
        (
            vec![
                "token",
                "mint",
                "--agent",
                "a",
                "--run",
                "r",
                "--expires-in",
                "0",
            ],
            "--expires-in",
        ),
        (
            vec![
                "token", "mint", "--agent", "a", "--run", "r", "--tenant", "_",
            ],
            "--tenant",
        ),
        (vec!["signing-key", "new", "--alg", "none"], "--alg"),
        (vec!["api-key", "new", "--scopes", "mint,fly"], "--scopes"),
        (vec!["fly"], "fly"),
    ] {
        let output = run(folder.path(), &arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && output.stdout.is_empty(),
            "{arguments:?}"
        );
        assert!(error.contains(word), "{arguments:?}: {error}");
    }
    assert!(run(folder.path(), &["serve", "--help"]).status.success());
}

#[tokio::test]
async fn a_flag_beats_the_environment_which_beats_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(
        folder.path().join("settings.toml"),
        "data-dir = \"from-file\"\nrequire-bound-tokens = true\nrate-limit = \"off\"\n\
         allowed-origin = [\"https://a.example\", \"https://b.example\"]\n",
    )
    .expect("a file");
    let file = ["--config", "settings.toml"];
    let start = |flags: &[&str], environment: Option<&str>| {
        let arguments = [&["serve", "--listen", "127.0.0.1:0"], &file[..], flags].concat();
        let mut command = command(folder.path(), &arguments);
        if let Some(value) = environment {
            command.env("WORKFLOWAI_FEEDBACK_DATA_DIR", value);
        }
        Server::start_command(&mut command)
    };
    let server = start(&[], None);
    assert!(server.said[0].contains("from-file"), "{:?}", server.said);
    let mint = [
        "token",
        "mint",
        "--agent",
        "a",
        "--run",
        "r",
        "--config",
        "settings.toml",
    ];
    let token = line(folder.path(), &mint);
    let body = json!({ "feedback_token": token, "outcome": "positive" });
    let refused = server
        .request("POST", "/v1/feedback")
        .header("origin", "https://b.example");
    let refused = refused.json(&body).send().await;
    refused.fails(403, "unbound_token");
    assert_eq!(
        refused.header("access-control-allow-origin"),
        "https://b.example"
    );
    drop(server);
    let server = start(&[], Some("from-environment"));
    assert!(
        server.said[0].contains("from-environment"),
        "{:?}",
        server.said
    );
    drop(server);
    let server = start(&["--data-dir", "from-flag"], Some("from-environment"));
    assert!(server.said[0].contains("from-flag"), "{:?}", server.said);
}

#[tokio::test]
async fn a_bare_database_url_is_never_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = command(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    command.env("DATABASE_URL", "sqlite:elsewhere.db");
    let server = Server::start_command(&mut command);
    assert!(server.said[0].contains(".feedback"), "{:?}", server.said);
    drop(server);
    let url = ["--database-url", "sqlite:elsewhere.db"];
    let server = Server::start(folder.path(), &url);
    assert!(server.said[0].contains("elsewhere.db"), "{:?}", server.said);
}

#[tokio::test]
async fn tokens_and_queries_stay_out_of_the_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = std::fs::File::create(folder.path().join("log")).expect("a file");
    let mut command = command(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    let server = Server::start_command(command.stderr(log));
    let token = line(
        folder.path(),
        &["token", "mint", "--agent", "a", "--run", "r"],
    );
    server
        .request("GET", &format!("/v1/feedback?feedback_token={token}"))
        .send()
        .await
        .ok();
    server
        .request("GET", "/v1/feedback?feedback_token=junk.in.it")
        .send()
        .await;
    let body = json!({ "feedback_token": token, "outcome": "positive", "comment": "secret words" });
    server
        .request("POST", "/v1/feedback")
        .json(&body)
        .send()
        .await
        .ok();
    assert!(server.stop());
    let log = std::fs::read_to_string(folder.path().join("log")).expect("the log");
    for secret in [token.as_str(), "junk.in.it", "secret words"] {
        assert!(!log.contains(secret), "{log}");
    }
}

#[tokio::test]
async fn a_backends_public_key_verifies_what_it_signs_until_it_is_retired() {
    let folder = tempfile::tempdir().expect("a folder");
    let backend = SigningKey::generate(Algorithm::EdDsa);
    std::fs::write(folder.path().join("public.pem"), backend.verification()).expect("a file");
    std::fs::write(folder.path().join("no.pem"), "no key").expect("a file");
    let add = |file: &str| {
        run(
            folder.path(),
            &[
                "signing-key",
                "add",
                "--public-key",
                file,
                "--kid",
                backend.kid(),
            ],
        )
    };
    let refused = String::from_utf8_lossy(&add("no.pem").stderr).into_owned();
    assert!(
        refused.contains("no.pem is not an Ed25519 key"),
        "{refused}"
    );
    assert!(add("public.pem").status.success());
    assert!(String::from_utf8_lossy(&add("public.pem").stderr).contains("already"));
    let claims = Claims {
        agent: "a".into(),
        run: "r".into(),
        user: None,
        expires_at: None,
    };
    let token = backend.mint(&claims).expect("a token");
    let inspect = |token: &str| run(folder.path(), &["token", "inspect", token]);
    let read: Value = serde_json::from_slice(&inspect(&token).stdout).expect("JSON");
    assert_eq!(read["agent"], "a");
    // The receiver has no secret to sign with, so it makes a key of its own.
    let own = line(
        folder.path(),
        &["token", "mint", "--agent", "a", "--run", "r"],
    );
    assert_ne!(own.split('.').next(), token.split('.').next());
    let retire = |kid: &str, grace: &str| {
        run(
            folder.path(),
            &["signing-key", "retire", kid, "--grace", grace],
        )
    };
    assert!(retire(backend.kid(), "3600").status.success());
    assert!(inspect(&token).status.success(), "within its grace");
    assert!(retire(backend.kid(), "0").status.success());
    let refused = inspect(&token);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("a key unknown here"));
    assert!(!retire("nobody", "0").status.success());
    let server = Server::start(folder.path(), &[]);
    let body = json!({ "feedback_token": token, "outcome": "positive" });
    let refused = server
        .request("POST", "/v1/feedback")
        .json(&body)
        .send()
        .await;
    refused.fails(400, "invalid_feedback_token");
}

#[tokio::test]
async fn a_revoked_api_key_ends_on_a_running_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[]);
    let key = line(folder.path(), &["api-key", "new", "--scopes", "read"]);
    let list = || {
        let request = server.request("GET", "/v1/_/agents/a/feedback");
        request
            .header("authorization", &format!("Bearer {key}"))
            .send()
    };
    list().await.ok();
    let shown = run(folder.path(), &["api-key", "list"]).stdout;
    let shown = String::from_utf8(shown).expect("a text");
    assert!(
        !shown.contains(&key) && shown.contains(&key[..8]) && shown.contains("read"),
        "{shown}"
    );
    let row = shown.lines().nth(1).expect("a row");
    let id = row.split_whitespace().next().expect("an id");
    assert!(
        run(folder.path(), &["api-key", "revoke", id])
            .status
            .success()
    );
    list().await.fails(401, "invalid_api_key");
    assert!(
        !run(folder.path(), &["api-key", "revoke", id])
            .status
            .success(),
        "only once"
    );
}

#[tokio::test]
async fn a_backup_restores_and_moves_by_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[]);
    let token = server.voted(folder.path()).await;
    assert!(run(folder.path(), &["backup", "votes.db"]).status.success());
    assert!(!run(folder.path(), &["backup", "votes.db"]).status.success());
    let refused = run(folder.path(), &["restore", "votes.db"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--replace"));
    let moved = run(folder.path(), &["migrate", "--to", "sqlite:moved.db"]);
    let said = String::from_utf8_lossy(&moved.stdout);
    assert!(
        moved.status.success() && said.contains("feedback"),
        "{said}"
    );
    // The running receiver answers from what was restored.
    let retract = json!({ "feedback_token": token });
    let retract = server
        .request("POST", "/v1/feedback/retract")
        .json(&retract);
    retract.send().await.ok();
    let restored = run(folder.path(), &["restore", "votes.db", "--replace"]);
    assert!(restored.status.success(), "{restored:?}");
    assert_eq!(
        server.outcome(&token).await,
        json!({ "outcome": "positive" })
    );
}

#[test]
fn settings_are_checked_without_making_anything() {
    let folder = tempfile::tempdir().expect("a folder");
    let check = |flags: &[&str]| {
        let output = run(folder.path(), &[&["config", "check"], flags].concat());
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        (output.status.success(), said)
    };
    let (fine, said) = check(&["--listen", "127.0.0.1:9"]);
    assert!(
        fine && said.contains("would be made") && said.contains("127.0.0.1:9"),
        "{said}"
    );
    for flags in [
        ["--rate-limit", "0"],
        ["--legacy-hmac-key", "junk!"],
        ["--widget-dir", "nowhere"],
        ["--database-url", "postgres://localhost:1/none"],
        ["--config", "none.toml"],
    ] {
        let (fine, said) = check(&flags);
        assert!(!fine && said.starts_with("error: "), "{flags:?}: {said}");
    }
    assert_eq!(folder.path().read_dir().expect("a folder").count(), 0);
    std::fs::write(folder.path().join("junk.db"), "junk".repeat(1_000)).expect("a file");
    let (fine, said) = check(&["--database-url", "sqlite:junk.db"]);
    assert!(!fine && said.contains("not an SQLite database"), "{said}");
    line(
        folder.path(),
        &["token", "mint", "--agent", "a", "--run", "r"],
    );
    let (fine, said) = check(&[]);
    assert!(fine && said.contains("the newest"), "{said}");
}

#[tokio::test]
async fn votes_are_exported_by_command_with_the_lists_filters() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--rate-limit", "off"]);
    for (run, outcome, comment) in [
        ("one", "positive", "=1+1"),
        ("two", "negative", "why"),
        ("three", "negative", ""),
    ] {
        let token = line(
            folder.path(),
            &["token", "mint", "--agent", "a", "--run", run],
        );
        let body = json!({ "feedback_token": token, "outcome": outcome, "comment": comment });
        let vote = server.request("POST", "/v1/feedback").json(&body);
        vote.send().await.ok();
    }
    let export = |flags: &[&str]| {
        let output = run(folder.path(), &[&["export"], flags].concat());
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        (String::from_utf8_lossy(&output.stdout).into_owned(), error)
    };
    let (all, _) = export(&[]);
    let runs: Vec<_> = all
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"))
        .map(|vote| vote["run_id"].as_str().expect("a text").to_owned())
        .collect();
    assert_eq!(runs, ["three", "two", "one"]);
    let (csv, _) = export(&["--format", "csv", "--outcome", "positive", "--agent", "a"]);
    assert_eq!(csv.lines().count(), 2, "{csv}");
    assert!(csv.contains(",'=1+1,"), "{csv}");
    let (none, _) = export(&["--agent", "other"]);
    assert_eq!(none, "");
    let (_, error) = export(&["--outcome", "good"]);
    assert!(
        error.contains("outcome: must be positive or negative"),
        "{error}"
    );
}

#[tokio::test]
async fn a_webhook_is_added_listed_and_removed_by_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let add = ["webhook", "add", "https://hooks.example/votes"];
    let added = line(
        folder.path(),
        &[&add[..], &["--events", "voted,annotated"]].concat(),
    );
    let added: serde_json::Value = serde_json::from_str(&added).expect("JSON");
    assert!(
        added["secret"]
            .as_str()
            .expect("a text")
            .starts_with("whsec_")
    );
    let id = added["id"].as_str().expect("a text");
    let said = |arguments: &[&str]| {
        let output = run(folder.path(), &[&["webhook"], arguments].concat());
        let text = [output.stdout, output.stderr].concat();
        (
            output.status.success(),
            String::from_utf8_lossy(&text).into_owned(),
        )
    };
    let (_, list) = said(&["list"]);
    for part in [
        id,
        "https://hooks.example/votes",
        "voted,annotated",
        "never sent",
    ] {
        assert!(list.contains(part), "{list}");
    }
    assert!(!list.contains("whsec_"), "{list}");
    for command in ["log", "dead"] {
        let (fine, text) = said(&[command, id]);
        assert!(fine && text.lines().count() == 1, "{text}");
    }
    assert_eq!(said(&["retry", id]), (true, "0\n".into()));
    for (arguments, problem) in [
        (
            &["add", "http://hooks.example/"][..],
            "url: must begin with https://",
        ),
        (
            &["add", "https://127.0.0.1/"],
            "url: leads to an address that is not public",
        ),
        (
            &["add", "https://hooks.example/", "--form", "xml"],
            "form: ",
        ),
        (
            &["add", "https://hooks.example/", "--events", "moved"],
            "events[0]: ",
        ),
        (&["remove", "none"], "webhook list shows them"),
        (&["log", id, "--tenant", "acme"], "webhook list shows them"),
    ] {
        let (fine, text) = said(arguments);
        assert!(!fine && text.contains(problem), "{text}");
    }
    // Not by a file or the environment: nobody switches it on by accident.
    std::fs::write(
        folder.path().join("feedback.toml"),
        "allow-private-webhooks = true",
    )
    .expect("a file");
    let check = run(
        folder.path(),
        &["config", "check", "--config", "feedback.toml"],
    );
    let error = String::from_utf8_lossy(&check.stderr).into_owned();
    assert!(
        error.contains("unknown setting allow-private-webhooks"),
        "{error}"
    );
    let mut check = crate::server::command(folder.path(), &["config", "check"]);
    check.env("WORKFLOWAI_FEEDBACK_ALLOW_PRIVATE_WEBHOOKS", "true");
    assert!(!check.output().expect("the binary").status.success());
    assert!(said(&["remove", id]).0);
    assert!(!said(&["list"]).1.contains(id));
}
