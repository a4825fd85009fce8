//! The element's markup, rendered by a native build and baked into the shell.

use std::rc::Rc;

use leptos::prelude::*;

use crate::slots::slotted;
use crate::use_feedback::UseFeedback;
use crate::view::view;

/// The idle markup of the element: what hydration expects to find in the shadow root's wrapper.
pub fn element_markup() -> String {
    Owner::new_root(None).with(|| {
        let feedback = UseFeedback::new(None, Rc::new(|_| true));
        view(feedback, slotted(), Rc::new(|_, _| ()), "button").to_html()
    })
}
