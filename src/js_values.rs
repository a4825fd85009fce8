use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_wasm_bindgen::{Error, Serializer};
use wasm_bindgen::JsValue;

/// A protocol type as the plain JavaScript value that `JSON.parse` would make of it, to hand to
/// JavaScript.
///
/// ```no_run
/// use workflowai_feedback::to_js;
/// use workflowai_feedback_protocol::OutcomeReply;
///
/// # fn example(reply: &OutcomeReply) -> Result<(), serde_wasm_bindgen::Error> {
/// let value = to_js(reply)?;
/// # let _ = value;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// If the value cannot be written as JSON.
pub fn to_js(value: &impl Serialize) -> Result<JsValue, Error> {
    value.serialize(&Serializer::json_compatible())
}

/// Reads a protocol type from a plain JavaScript value, as JavaScript hands it over. Unknown
/// properties are ignored.
///
/// ```no_run
/// use wasm_bindgen::JsValue;
/// use workflowai_feedback::from_js;
/// use workflowai_feedback_protocol::FeedbackRequest;
///
/// # fn example(value: JsValue) -> Result<(), serde_wasm_bindgen::Error> {
/// let request: FeedbackRequest = from_js(value)?;
/// # let _ = request;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// If a property is missing or of another type; the error names it.
pub fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, Error> {
    serde_wasm_bindgen::from_value(value)
}
