use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_wasm_bindgen::{Error, Serializer};
use wasm_bindgen::JsValue;

/// A protocol type as the plain JavaScript value that `JSON.parse` would make of it.
///
/// # Errors
///
/// If the value cannot be written as JSON.
pub fn to_js(value: &impl Serialize) -> Result<JsValue, Error> {
    value.serialize(&Serializer::json_compatible())
}

/// Reads a protocol type from a plain JavaScript value. Unknown properties are ignored.
///
/// # Errors
///
/// If a property is missing or of another type; the error names it.
pub fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, Error> {
    serde_wasm_bindgen::from_value(value)
}
