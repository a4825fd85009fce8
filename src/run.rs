//! Which answer a key is about, as its token says without any proof. The element's shell has the
//! same in `element/run-of.ts`.

#[cfg(any(not(test), target_arch = "wasm32"))]
mod token;

#[cfg(any(not(test), target_arch = "wasm32"))]
use token::of;

use crate::key::Key;

/// Whether two keys are about one answer, person and receiver: a refreshed token is another key,
/// but no other answer.
pub fn same(one: &Key, other: &Key) -> bool {
    one == other
        || one.endpoint == other.endpoint && of(one).is_some_and(|run| of(other) == Some(run))
}

/// In the scripts of the tests a token is `run:number`.
#[cfg(all(test, not(target_arch = "wasm32")))]
fn of(key: &Key) -> Option<String> {
    let (run, _) = key.token.split_once(':')?;
    Some([run, &key.user].join(" of "))
}
