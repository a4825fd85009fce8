//! The component's looks: a constructed stylesheet, which no style policy refuses.

use std::cell::Cell;

use js_sys::{Array, Reflect};
use web_sys::CssStyleSheet;

const STYLE: &str = concat!(
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
    let sheet = CssStyleSheet::new().and_then(|sheet| sheet.replace_sync(STYLE).map(|()| sheet));
    let document = web_sys::window().and_then(|window| window.document());
    if let (Ok(sheet), Some(document)) = (sheet, document)
        && let Ok(sheets) = Reflect::get(&document, &"adoptedStyleSheets".into())
    {
        let sheets = Array::from(&sheets);
        sheets.push(&sheet);
        let _ = Reflect::set(&document, &"adoptedStyleSheets".into(), &sheets);
    }
}
