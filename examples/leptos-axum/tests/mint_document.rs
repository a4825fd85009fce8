//! The server function of `docs/mint.md`.
#![cfg(feature = "ssr")]

include!("../../../protocol/tests/snippets/mint_by_protocol.rs");

mod server_function {
    use std::task::{Context, Poll, Waker};

    use workflowai_feedback_protocol::token::Algorithm;

    use super::{Duration, feedback_token};

    include!("../../../protocol/tests/snippets/mint_in_a_server_function.rs");

    #[test]
    fn the_documented_server_function_mints() {
        let owner = Owner::new_root(None);
        let mut minting = owner.with(|| {
            provide_context(SigningKey::generate(Algorithm::Hs256));
            Box::pin(token_for("run-1".to_owned()))
        });
        // It waits for nothing.
        let mut context = Context::from_waker(Waker::noop());
        let minted = owner.with(|| minting.as_mut().poll(&mut context));
        let Poll::Ready(Ok(token)) = minted else {
            panic!("no token")
        };
        assert_eq!(token.matches('.').count(), 2);
    }
}
