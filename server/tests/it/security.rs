//! `docs/security.md` names a test for each threat, and the test exists. What no other file is about is
//! tested here.

use std::path::Path;

use workflowai_feedback_server::{Receiver, Scope};

use crate::http::Request;
use crate::receiver::{config, serve};

/// Every Rust source below a folder.
fn sources(folder: &Path, all: &mut String) {
    for entry in folder.read_dir().expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push_str(&std::fs::read_to_string(&path).expect("a file"));
        }
    }
}

#[test]
fn every_threat_names_tests_that_exist() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut all = String::new();
    for folder in [
        "server/src",
        "server/tests",
        "protocol/src",
        "protocol/tests",
    ] {
        sources(&repository.join(folder), &mut all);
    }
    let document =
        std::fs::read_to_string(repository.join("docs/security.md")).expect("the document");
    let mut threats = 0;
    for row in document
        .lines()
        .filter(|line| line.starts_with("| "))
        .skip(2)
    {
        let tests = row
            .trim_end_matches(" |")
            .rsplit(" | ")
            .next()
            .expect("a cell");
        let names: Vec<_> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "{row}");
        for name in names {
            assert!(all.contains(&format!("fn {name}(")), "{name}");
        }
        threats += 1;
    }
    assert!(threats > 15, "{threats}");
}

#[tokio::test]
async fn of_keys_links_and_sessions_the_database_holds_no_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let receiver = Receiver::open(config(&folder)).await.expect("a receiver");
    let address = serve(receiver.router()).await;
    let key = receiver.new_api_key("default", &[Scope::Read]).await;
    let key = key.expect("a key");
    let listing = Request::new(address, "GET", "/v1/_/agents/a/feedback");
    let listing = listing.header("authorization", &format!("Bearer {key}"));
    listing.send().await.ok();
    let code = async || {
        let link = receiver
            .dashboard_link("http://here")
            .await
            .expect("a link");
        link.split_once('#').expect("a code").1.to_owned()
    };
    let used = code().await;
    let enter = Request::new(address, "POST", "/dashboard/sign-in");
    let entered = enter.form(&[("code", &used)]).send().await;
    let cookie = entered.header("set-cookie");
    let (_, session) = cookie
        .split(';')
        .next()
        .and_then(|pair| pair.split_once('='))
        .expect("one");
    assert!(session.len() > 20, "{cookie}");
    let waiting = code().await;
    let files = folder.path().read_dir().expect("the folder").flatten();
    let bytes: Vec<u8> = files
        .flat_map(|file| std::fs::read(file.path()).expect("a file"))
        .collect();
    let holds = |text: &str| {
        bytes
            .windows(text.len())
            .any(|bytes| bytes == text.as_bytes())
    };
    // What may be shown of a key is there, so these are the files.
    assert!(holds(&key[key.len() - 4..]) || holds(&key[..8]));
    for secret in [key.as_str(), &used, &waiting, session] {
        assert!(!holds(secret), "{secret}");
        // Nor the end of it alone, without a prefix or an id that is stored.
        assert!(!holds(&secret[secret.len() - 20..]), "{secret}");
    }
}
