//! The component's looks: a constructed stylesheet, which no style policy refuses.

use std::cell::Cell;

use js_sys::{Array, Reflect};
use web_sys::CssStyleSheet;

/// The component's stylesheet, for a page that links it as a file of its own.
///
/// Without that the component gives it to the document itself, once it runs in a browser. Server
/// rendered thumbs have their looks at once only where the page links it:
///
/// ```
/// use workflowai_feedback::STYLESHEET;
///
/// // An axum route: `get(stylesheet)`.
/// async fn stylesheet() -> ([(&'static str, &'static str); 1], &'static str) {
///     ([("content-type", "text/css")], STYLESHEET)
/// }
/// # let _ = stylesheet;
/// ```
pub const STYLESHEET: &str = concat!(
    include_str!("../style/widget.css"),
    include_str!("../style/panel.css"),
    include_str!("../style/component.css")
);

thread_local! {
    static ADOPTED: Cell<bool> = const { Cell::new(false) };
}

/// Gives the document the stylesheet, once a page.
pub fn adopt() {
    if ADOPTED.replace(true) {
        return;
    }
    let sheet =
        CssStyleSheet::new().and_then(|sheet| sheet.replace_sync(STYLESHEET).map(|()| sheet));
    let document = web_sys::window().and_then(|window| window.document());
    if let (Ok(sheet), Some(document)) = (sheet, document)
        && let Ok(sheets) = Reflect::get(&document, &"adoptedStyleSheets".into())
    {
        let sheets = Array::from(&sheets);
        sheets.push(&sheet);
        let _ = Reflect::set(&document, &"adoptedStyleSheets".into(), &sheets);
    }
}
