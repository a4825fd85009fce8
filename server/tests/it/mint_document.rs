//! The handler of `docs/mint.md` makes tokens that this receiver takes.

include!("../../../protocol/tests/snippets/mint_by_protocol.rs");

mod in_axum {
    use super::{Duration, feedback_token};

    include!("../../../protocol/tests/snippets/mint_in_axum.rs");

    #[tokio::test]
    async fn the_documented_handler_of_axum_makes_a_token_that_votes() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = crate::receiver::config(&folder);
        let receiver = workflowai_feedback_server::Receiver::open(config)
            .await
            .expect("a receiver");
        let algorithm = workflowai_feedback_protocol::token::Algorithm::Hs256;
        let key = receiver.new_signing_key("default", algorithm).await;
        let app = app(key.expect("a key")).merge(receiver.public_router());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, app).await });
        let answer = crate::http::Request::new(address, "GET", "/answer").send();
        let answer = answer.await.ok();
        let token = &answer["feedback_token"];
        let vote = serde_json::json!({ "feedback_token": token, "outcome": "positive" });
        let reply = crate::http::Request::new(address, "POST", "/v1/feedback")
            .json(&vote)
            .send();
        assert_eq!(reply.await.ok()["user_id"], "user-1");
    }
}
