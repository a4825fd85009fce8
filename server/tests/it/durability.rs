//! What got a 2xx is there after the process is killed or stopped.

use serde_json::json;

use crate::server::{Server, line};

#[tokio::test]
async fn votes_survive_a_kill_under_load() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--rate-limit", "off"]);
    let tokens: Vec<String> = (0..4)
        .map(|run| {
            line(
                folder.path(),
                &["token", "mint", "--agent", "a", "--run", &run.to_string()],
            )
        })
        .collect();
    let vote = |server: &Server, token: &str, user: usize| {
        let body = json!({
            "feedback_token": token, "outcome": "negative", "user_id": user.to_string(),
        });
        server.request("POST", "/v1/feedback").json(&body).send()
    };
    let mut under_way = Vec::new();
    for user in 0..50 {
        for token in &tokens {
            under_way.push(tokio::spawn(vote(&server, token, user)));
        }
    }
    for request in under_way {
        request.await.expect("an answer").ok();
    }
    server.kill();
    let server = Server::start(folder.path(), &["--rate-limit", "off"]);
    for token in &tokens {
        for user in 0..50 {
            let path = format!("/v1/feedback?feedback_token={token}&user_id={user}");
            let found = server.request("GET", &path).send().await.ok();
            assert_eq!(found, json!({ "outcome": "negative" }));
        }
    }
}

#[tokio::test]
async fn a_stop_finishes_what_it_accepted() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[]);
    let token = server.voted(folder.path()).await;
    assert!(server.stop());
    let server = Server::start(folder.path(), &[]);
    assert_eq!(
        server.outcome(&token).await,
        json!({ "outcome": "positive" })
    );
}

#[tokio::test]
async fn processes_that_start_together_agree_on_one_key() {
    let temporary = tempfile::tempdir().expect("a folder");
    let folder = temporary.path();
    let servers: Vec<_> = (0..4)
        .map(|_| {
            let folder = folder.to_owned();
            std::thread::spawn(move || Server::start(&folder, &[]))
        })
        .collect();
    let servers: Vec<Server> = servers
        .into_iter()
        .map(|one| one.join().expect("it starts"))
        .collect();
    let keys = crate::server::run(folder, &["signing-key", "list"]);
    assert_eq!(
        String::from_utf8_lossy(&keys.stdout)
            .lines()
            .skip(1)
            .count(),
        1
    );
    let token = line(folder, &["token", "mint", "--agent", "a", "--run", "r"]);
    let body = json!({ "feedback_token": token, "outcome": "positive" });
    for server in &servers {
        server
            .request("POST", "/v1/feedback")
            .json(&body)
            .send()
            .await
            .ok();
    }
}
