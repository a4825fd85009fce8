//! Plain JavaScript objects. One function each, so that the core has each but once.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::JsValue;

/// A property; undefined where there is none.
#[inline(never)]
pub fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or_default()
}

/// A property that is a text.
#[inline(never)]
pub fn text(object: &JsValue, name: &str) -> Option<String> {
    get(object, name).as_string()
}

/// The texts of a property that is a list.
#[cfg(any(feature = "element", not(test), target_arch = "wasm32"))]
pub fn texts(object: &JsValue, name: &str) -> Vec<String> {
    strings(&get(object, name))
}

/// The texts of a list; none if it is no list.
#[cfg(any(feature = "element", not(test), target_arch = "wasm32"))]
#[inline(never)]
pub fn strings(list: &JsValue) -> Vec<String> {
    if Array::is_array(list) {
        Array::from(list)
            .iter()
            .filter_map(|item| item.as_string())
            .collect()
    } else {
        Vec::new()
    }
}

/// An object in the making.
pub struct Fresh(JsValue);

impl Fresh {
    /// An object without properties.
    pub fn new() -> Self {
        Self(Object::new().into())
    }

    /// Sets a property.
    #[inline(never)]
    pub fn set(&self, name: &str, value: &JsValue) {
        // Of a fresh plain object this cannot fail.
        let _ = Reflect::set(&self.0, &name.into(), value);
    }

    /// Sets a text.
    #[inline(never)]
    pub fn set_text(&self, name: &str, text: &str) {
        self.set(name, &text.into());
    }

    /// Sets a list of texts.
    #[inline(never)]
    pub fn set_texts(&self, name: &str, texts: &[String]) {
        let list = Array::new();
        for text in texts {
            list.push(&text.as_str().into());
        }
        self.set(name, &list);
    }
}

impl From<Fresh> for JsValue {
    fn from(fresh: Fresh) -> Self {
        fresh.0
    }
}
