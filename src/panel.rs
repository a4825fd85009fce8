//! Opening and closing the comment panel of the Leptos component. In the element the shell does.

use js_sys::{Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event};

/// The panel that belongs to the button an event came from.
fn panel(event: &Event) -> Option<Element> {
    let button: Element = event.current_target()?.dyn_into().ok()?;
    button
        .closest(".workflowai-feedback")
        .ok()??
        .query_selector("[part=panel]")
        .ok()?
}

/// Opens the panel beside the thumb that was pressed; it does not take the focus.
pub fn open(event: &Event) {
    let options = Object::new();
    // Makes the thumb the panel's anchor. A plain object: setting cannot fail.
    let _ = Reflect::set(
        &options,
        &"source".into(),
        &event.current_target().map_or(JsValue::NULL, JsValue::from),
    );
    call(event, "showPopover", &options);
}

/// Closes the panel; the text in it stays.
pub fn close(event: &Event) {
    call(event, "hidePopover", &JsValue::UNDEFINED);
}

/// Both throw where the panel is open or closed already, or the browser has no popovers.
fn call(event: &Event, method: &str, options: &JsValue) {
    let Some(panel) = panel(event) else { return };
    if let Ok(function) = Reflect::get(&panel, &method.into())
        && let Some(function) = function.dyn_ref::<Function>()
    {
        let _ = function.call1(&panel, options);
    }
}
