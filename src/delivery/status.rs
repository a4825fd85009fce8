/// What a person is told about their vote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// Nothing to tell.
    #[default]
    Idle,
    /// A request is on its way.
    Sending,
    /// The receiver proved that it holds the vote.
    Sent,
    /// The receiver proved that it holds no vote any more.
    Retracted,
    /// Kept: there is no connection.
    Offline,
    /// Kept: the service is down or busy.
    Unavailable,
    /// Kept: something answered, but not with proof.
    Unproven,
    /// Kept until the page has a new token.
    Expired,
    /// Not sent yet, and kept only as long as this page is open.
    NotKept,
    /// Refused: the token is no token of this receiver.
    Invalid,
    /// Refused: this user may not vote here.
    NotAllowed,
    /// Refused: the text is too long.
    TooLong,
    /// Refused for another reason.
    NotAccepted,
    /// Votes cannot be taken back at this receiver.
    CannotRetract,
    /// Given up: too old, or the outbox was full.
    Dropped,
}

/// The coarse states that styles and events speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// Nothing happened yet.
    Idle,
    /// On its way.
    Sending,
    /// Proven.
    Sent,
    /// Kept for later.
    Queued,
    /// Refused for good.
    Rejected,
}

impl Status {
    /// The coarse state this belongs to.
    pub const fn phase(self) -> Phase {
        match self {
            Self::Idle => Phase::Idle,
            Self::Sending => Phase::Sending,
            Self::Sent | Self::Retracted => Phase::Sent,
            Self::Offline | Self::Unavailable | Self::Unproven | Self::Expired | Self::NotKept => {
                Phase::Queued
            }
            _ => Phase::Rejected,
        }
    }

    /// The word for it in events, vectors and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Retracted => "retracted",
            Self::Offline => "offline",
            Self::Unavailable => "unavailable",
            Self::Unproven => "unproven",
            Self::Expired => "expired",
            Self::NotKept => "not_kept",
            Self::Invalid => "invalid",
            Self::NotAllowed => "not_allowed",
            Self::TooLong => "too_long",
            Self::NotAccepted => "not_accepted",
            Self::CannotRetract => "cannot_retract",
            Self::Dropped => "dropped",
        }
    }
}

impl Phase {
    /// The value of `data-status`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Queued => "queued",
            Self::Rejected => "rejected",
        }
    }
}
