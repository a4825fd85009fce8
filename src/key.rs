/// What a vote belongs to in a browser: one answer, one person, one receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Base address of the receiver, without a slash at its end.
    pub endpoint: String,
    /// The signed token of the run.
    pub token: String,
    /// The person; empty for an anonymous visitor.
    pub user: String,
}
