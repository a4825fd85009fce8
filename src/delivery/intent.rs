use crate::Outcome;

/// What a person wants the receiver to hold: one press.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Intent {
    /// The vote; `None` takes it back.
    pub outcome: Option<Outcome>,
    /// The comment sent with it, if any.
    pub comment: Option<String>,
    /// The reasons chosen after thumbs down.
    pub reasons: Vec<String>,
    /// The random id of the client that pressed.
    pub client: String,
    /// Rises with every press of that client. A whole number, exact below 2^53.
    pub sequence: f64,
    /// When it was pressed, in milliseconds since 1970 by this device's clock.
    pub pressed: f64,
}
