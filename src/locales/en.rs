use crate::messages::Pack;

/// English.
pub const EN: Pack = Pack {
    group: "Feedback",
    positive: "Good answer",
    negative: "Bad answer",
    comment: "Tell us more (optional)",
    reasons: "What was wrong?",
    send: "Send",
    close: "Close",
    remaining: "# left",
    excess: "# too many",
    sending: "Sending…",
    sent: "Thank you for your feedback",
    retracted: "Vote taken back",
    offline: "Saved. Will be sent once you are online",
    unavailable: "Saved. The service does not answer, trying again",
    expired: "Saved. This link has expired, reload the page to send",
    not_accepted: "Not accepted by the service",
    not_allowed: "Not accepted: you may not vote here",
    too_long: "Not accepted: the comment is too long",
    cannot_retract: "Votes cannot be taken back here",
    dropped: "Given up: it could not be sent in time",
    not_kept: "Not sent. Please try again",
};
