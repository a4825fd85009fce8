//! The thumbs. Thumbs down is thumbs up, turned over by the stylesheet.

use leptos::prelude::*;

/// A thumb, 24 units square, drawn with the text's own colour.
pub fn thumb() -> impl IntoView {
    view! {
        <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M7 11v9H4.5A1.5 1.5 0 0 1 3 18.5v-6A1.5 1.5 0 0 1 4.5 11zl4-8a2.5 2.5 0 0 1 2.5 2.5V9h5a2 2 0 0 1 2 2.3l-1.2 7a2 2 0 0 1-2 1.7H7"/>
        </svg>
    }
}
