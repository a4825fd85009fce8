//! The comment panel of the Leptos component. In the element the shell sees to it.

use js_sys::{Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, HtmlTextAreaElement};

/// Where the comment panel opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommentPlacement {
    /// Above the page, beside the thumb: nothing moves.
    #[default]
    Popover,
    /// In the page, below the thumbs.
    Inline,
}

/// The panel of one widget, by its root.
pub struct Panel<'root>(pub &'root Element);

impl Panel<'_> {
    /// Opens it; it does not take the focus. `thumb` becomes its anchor.
    pub fn open(&self, placement: CommentPlacement, thumb: &JsValue) {
        let Some(panel) = self.find("[part=panel]") else {
            return;
        };
        if placement == CommentPlacement::Inline {
            let _ = panel.remove_attribute("popover");
            let _ = panel.set_attribute("data-open", "");
            return;
        }
        let _ = panel.remove_attribute("data-open");
        let _ = panel.set_attribute("popover", "auto");
        let options = Object::new();
        // Of a fresh plain object this cannot fail.
        let _ = Reflect::set(&options, &"source".into(), thumb);
        call(&panel, "showPopover", &options);
    }

    /// Closes it; the text in it stays.
    pub fn close(&self) {
        let Some(panel) = self.find("[part=panel]") else {
            return;
        };
        self.give_focus_back();
        let _ = panel.remove_attribute("data-open");
        call(&panel, "hidePopover", &JsValue::UNDEFINED);
    }

    /// Closes it, and takes out what was typed.
    pub fn clear(&self) {
        self.close();
        if let Some(text) = self.find("textarea") {
            text.unchecked_into::<HtmlTextAreaElement>().set_value("");
        }
    }

    /// Gives the focus to the pressed thumb where it was in the panel: Chromium drops it.
    pub fn give_focus_back(&self) {
        if self.find("[part=panel] :focus").is_none() {
            return;
        }
        let thumb = self
            .find("[value][aria-pressed=true]")
            .or_else(|| self.find("[value]"));
        if let Some(thumb) = thumb {
            let _ = thumb.unchecked_into::<HtmlElement>().focus();
        }
    }

    fn find(&self, selector: &str) -> Option<Element> {
        self.0.query_selector(selector).ok()?
    }
}

/// Both methods of a popover throw where it is open or closed already; some browsers have none.
fn call(panel: &Element, method: &str, options: &JsValue) {
    if let Ok(function) = Reflect::get(panel, &method.into())
        && let Some(function) = function.dyn_ref::<Function>()
    {
        let _ = function.call1(panel, options);
    }
}
