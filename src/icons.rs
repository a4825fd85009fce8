//! The thumbs. Thumbs down is thumbs up, turned over by the stylesheet.

use leptos::prelude::*;

/// A thumb, 24 units square, drawn with the text's own colour.
pub fn thumb() -> impl IntoView {
    view! {
        <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M7 11v9H3v-9zl4-8c4 0 2 4 2 6h8l-2 11H7"/>
        </svg>
    }
}
