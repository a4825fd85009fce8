//! Made-up votes, to try the dashboard with.

use crate::aggregates::checked;
use crate::receiver::start;
use crate::server::{Server, run};

#[tokio::test]
async fn made_up_votes_are_counted_as_others_are_and_mix_with_none() {
    let server = start().await;
    let load = |votes| server.receiver.load_demo_data(votes);
    assert!(load(3_000).await.expect("a database"));
    let totals = checked(&server).await;
    let votes: i64 = totals.iter().map(|sum| sum.3 + sum.4).sum();
    assert_eq!(votes, 3_000);
    assert!(!load(10).await.expect("a database"), "not a second time");
    assert_eq!(checked(&server).await, totals);
}

#[tokio::test]
async fn the_demo_shows_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = ["demo-data", "--votes", "300", "--data-dir", "data"];
    let first = run(folder.path(), &arguments);
    let said = String::from_utf8_lossy(&first.stdout).into_owned();
    assert!(
        first.status.success() && said.starts_with("300 votes in "),
        "{said}"
    );
    let second = run(folder.path(), &arguments);
    let error = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(
        !second.status.success() && error.contains("has votes already"),
        "{error}"
    );
    let server = Server::start(folder.path(), &["--demo", "--data-dir", "data"]);
    let list = server.request("GET", "/dashboard").send().await.text();
    assert!(list.contains("300 votes"), "{list}");
    let path = "/dashboard?has_comment=true&q=the";
    let found = server.request("GET", path).send().await.text();
    assert!(found.contains("class=\"comment\""), "{found}");
}
