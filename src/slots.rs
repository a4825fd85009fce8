//! The element's icons can be replaced by slotted ones.

use leptos::prelude::*;

use crate::icons::thumb;

/// The two thumbs, each in the slot that replaces it.
pub fn slotted() -> (impl IntoView, impl IntoView) {
    (
        view! { <slot name="positive">{thumb()}</slot> },
        view! { <slot name="negative">{thumb()}</slot> },
    )
}
