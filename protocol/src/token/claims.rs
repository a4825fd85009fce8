/// What a token says once its signature is known to be good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The agent that answered.
    pub agent: String,
    /// The run: one answer.
    pub run: String,
    /// The user the token is bound to. None makes it a shared right: whoever holds it can see,
    /// change and take back the vote of any user of that run.
    pub user: Option<String>,
    /// When the token ends, in seconds since 1970 UTC. None never ends.
    pub expires_at: Option<i64>,
}
