//! What cannot start says why in one line, and what to do.

use std::net::TcpListener;
use std::path::Path;
use std::process::Output;

use crate::server::{Server, command, run};

/// Checks that it failed with one line that has these words.
fn fails(output: &Output, words: &[&str]) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "it started");
    assert!(error.starts_with("error: "), "{error}");
    assert_eq!(error.trim_end().lines().count(), 1, "{error}");
    for word in words {
        assert!(error.contains(word), "no {word:?} in: {error}");
    }
}

fn serve(folder: &Path, arguments: &[&str]) -> Output {
    let arguments: Vec<&str> = ["serve", "--listen", "127.0.0.1:0"]
        .into_iter()
        .chain(arguments.iter().copied())
        .collect();
    run(folder, &arguments)
}

#[test]
fn a_port_in_use_is_named_with_who_has_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = other.local_addr().expect("an address").to_string();
    let port = address.rsplit(':').next().expect("a port");
    let output = run(folder.path(), &["serve", "--listen", &address]);
    let mut words = vec![port, "is in use", "--listen", "--port"];
    let own = format!("process {}", std::process::id());
    if cfg!(target_os = "linux") {
        words.push(&own);
    }
    fails(&output, &words);
    assert!(
        !folder.path().join(".feedback").exists(),
        "nothing is made before the port is had"
    );
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("file"), "").expect("a file");
    fails(
        &serve(folder.path(), &["--data-dir", "file/data"]),
        &["file/data", "--data-dir"],
    );
    fails(
        &serve(folder.path(), &["--data-dir", "file"]),
        &["file", "--data-dir"],
    );
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    // Not even root can make a file there.
    let folder = tempfile::tempdir().expect("a folder");
    if Path::new("/proc/self").exists() {
        fails(
            &serve(folder.path(), &["--data-dir", "/proc/self"]),
            &["--data-dir"],
        );
    }
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("feedback.db");
    let text = "not a database, though long enough to have a header\n".repeat(100);
    std::fs::write(&file, &text).expect("a file");
    let output = serve(folder.path(), &["--data-dir", "."]);
    fails(
        &output,
        &["feedback.db", "is not an SQLite database", "--data-dir"],
    );
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), text);
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(Server::start(folder.path(), &[]).stop());
    let file = folder.path().join(".feedback/feedback.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file);
    let pool = sqlx::SqlitePool::connect_with(options)
        .await
        .expect("the database");
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'later', TRUE, x'00', 0)",
    )
    .execute(&pool)
    .await
    .expect("a newer schema");
    pool.close().await;
    fails(
        &serve(folder.path(), &[]),
        &["feedback.db", "newer version", "9999"],
    );
}

#[test]
fn a_bad_setting_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    for (arguments, word) in [
        (["--listen", "somewhere"], "--listen"),
        (["--public-url", "ftp://example.com"], "--public-url"),
        (["--public-url", "example.com"], "--public-url"),
        (["--legacy-hmac-key", "not base64!"], "--legacy-hmac-key"),
        (["--legacy-agent", "1-1=a"], "--legacy-agent"),
        (["--legacy-agent", "legacy-1-x=a"], "--legacy-agent"),
        (["--legacy-agent", "legacy-1-1="], "--legacy-agent"),
        (["--rate-limit", "0"], "--rate-limit"),
        (["--rate-limit", "much"], "--rate-limit"),
        (["--rate-burst", "0"], "--rate-burst"),
        (["--sign-in-limit", "off"], "--sign-in-limit"),
        (["--max-connections", "0"], "--max-connections"),
        (["--header-timeout", "0"], "--header-timeout"),
        (["--body-timeout", "1s"], "--body-timeout"),
        (["--idle-timeout", "0.5"], "--idle-timeout"),
        (["--trusted-hops", "many"], "--trusted-hops"),
        (["--api-key", "too-short"], "--api-key"),
        (
            ["--allowed-origin", "https://a.example/path"],
            "--allowed-origin",
        ),
        (["--database-url", "mysql://localhost/x"], "--database-url"),
        (["--widget-dir", "nowhere"], "--widget-dir"),
        (["--nonsense", "1"], "--nonsense"),
        (["--config", "nowhere.toml"], "nowhere.toml"),
    ] {
        fails(
            &run(folder.path(), &["serve", arguments[0], arguments[1]]),
            &[word],
        );
    }
    fails(
        &run(folder.path(), &["serve", "--demo", "--listen", "0.0.0.0:0"]),
        &["--demo", "loopback"],
    );
    let output = command(folder.path(), &["serve"])
        .env("WORKFLOWAI_FEEDBACK_RATE_LIMIT", "much")
        .output()
        .expect("the binary");
    fails(&output, &["--rate-limit"]);
    assert!(
        !folder.path().join(".feedback").exists(),
        "nothing is made on the way"
    );
}

#[test]
fn a_variable_that_is_no_setting_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = command(folder.path(), &["serve"])
        .env("WORKFLOWAI_FEEDBACK_LISTNE", "127.0.0.1:0")
        .output()
        .expect("the binary");
    fails(
        &output,
        &["WORKFLOWAI_FEEDBACK_LISTNE", "WORKFLOWAI_FEEDBACK_LISTEN,"],
    );
}

#[test]
fn a_bad_file_of_settings_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("settings.toml");
    for (text, words) in [
        (
            "listne = \"127.0.0.1:0\"",
            vec!["settings.toml", "listne", "listen"],
        ),
        ("demo = true", vec!["settings.toml", "demo"]),
        (
            "[serve]\nlisten = \"127.0.0.1:0\"",
            vec!["settings.toml", "serve"],
        ),
        ("listen = ", vec!["settings.toml"]),
        ("listen = { a = 1 }", vec!["settings.toml", "listen"]),
        ("rate-limit = -1", vec!["--rate-limit"]),
    ] {
        std::fs::write(&file, text).expect("a file");
        fails(
            &run(folder.path(), &["serve", "--config", "settings.toml"]),
            &words,
        );
    }
}
