//! Leptos depends on `server_fn`, and that on `wasm-streams`, whose `#[wasm_bindgen]` classes are
//! exported from every wasm they are linked into: 8 kB of the element's core for streams that it
//! never opens. In this workspace, and nowhere else, this crate takes their place. It has what
//! `server_fn` calls, and a stream of it ends with an error that says so.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use wasm_bindgen::JsValue;

const CANNOT: &str = "server functions cannot stream in this build";

/// A stream of the browser.
#[derive(Clone, Debug)]
pub struct ReadableStream(web_sys::ReadableStream);

impl ReadableStream {
    /// Takes a stream of the browser.
    pub fn from_raw(raw: web_sys::ReadableStream) -> Self {
        Self(raw)
    }

    /// # Panics
    ///
    /// Always: nothing can be streamed to the browser in this build.
    pub fn from_stream<St>(_stream: St) -> Self
    where
        St: Stream<Item = Result<JsValue, JsValue>> + 'static,
    {
        panic!("{CANNOT}");
    }

    /// Hands the browser's stream back.
    pub fn into_raw(self) -> web_sys::ReadableStream {
        self.0
    }

    /// A stream with one item: the error that it cannot be read.
    pub fn into_stream(self) -> Unreadable {
        Unreadable(true)
    }
}

/// See [`ReadableStream::into_stream`].
#[derive(Debug)]
pub struct Unreadable(bool);

impl Stream for Unreadable {
    type Item = Result<JsValue, JsValue>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let first = std::mem::take(&mut self.0);
        Poll::Ready(first.then(|| Err(CANNOT.into())))
    }
}
