//! The README's way from a finished build to a vote in the dashboard.

use std::path::Path;
use std::process::Command;

use crate::server::Server;

/// What the README says before the receiver's command.
const CARGO: &str = "cargo run -q -p workflowai-feedback-server --";
/// Where the README's receiver listens.
const LISTEN: &str = "http://127.0.0.1:8080";

#[tokio::test]
async fn a_vote_by_curl_is_in_the_dashboard() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = std::fs::read_to_string(readme).expect("the README");
    let mut blocks = readme.split("```sh\n").skip(1);
    let block = blocks.find(|block| block.contains("curl ")).expect("curl");
    let (block, _) = block.split_once("```").expect("an end");
    assert!(block.contains(CARGO) && block.contains(LISTEN), "{block}");
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[]);
    let program = env!("CARGO_BIN_EXE_workflowai-feedback-server");
    let script = block
        .replace(CARGO, program)
        .replace(LISTEN, &format!("http://{}", server.address));
    let mut shell = Command::new("bash");
    let run = shell.args(["-euc", &script]).current_dir(folder.path());
    let said = run.output().expect("bash");
    let answer = String::from_utf8_lossy(&said.stdout);
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("the vote");
    assert_eq!(answer["outcome"], "positive", "{said:?}");
    let link = server.link().expect("a link");
    let (_, code) = link.split_once('#').expect("a code");
    let enter = server.request("POST", "/dashboard/sign-in");
    let entered = enter.form(&[("code", code)]).send().await;
    let (cookie, _) = entered.header("set-cookie").split_once(';').expect("one");
    let list = server.request("GET", "/dashboard").header("cookie", cookie);
    let list = list.send().await.text();
    for shown in ["Just what I asked for", "support-chat", "1 vote<"] {
        assert!(list.contains(shown), "no {shown} in {list}");
    }
}
