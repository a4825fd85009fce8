//! Every text a person sees or hears, in one list, so that a language pack cannot miss one.

use crate::delivery::Status;

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident $key:ident;)*) => {
        /// A text of the widget.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Text { $($(#[$doc])* $name,)* }

        impl Text {
            /// Every text, in the order of [`Pack`].
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name of the text in `configure({ messages })` and in language packs.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$name => stringify!($key),)* }
            }
        }

        /// A whole language. A struct, so that a missing or surplus text does not compile.
        #[derive(Clone, Copy, Debug)]
        pub struct Pack { $($(#[$doc])* pub $key: &'static str,)* }

        impl Pack {
            /// The text of this language.
            pub const fn get(&self, text: Text) -> &'static str {
                match text { $(Text::$name => self.$key,)* }
            }
        }
    };
}

texts! {
    /// Names the group of thumbs where the page gives no `label`.
    Group group;
    /// Names thumbs up.
    Positive positive;
    /// Names thumbs down.
    Negative negative;
    /// Names the comment panel and its text box.
    Comment comment;
    /// Names the list of reasons.
    Reasons reasons;
    /// The button that sends the comment.
    Send send;
    /// The button that closes the panel.
    Close close;
    /// Near the limit of the comment; `#` stands for the number of characters left.
    Remaining remaining;
    /// Past the limit of the comment; `#` stands for the number of characters too many.
    Excess excess;
    /// Status: a request is on its way.
    Sending sending;
    /// Status: proven.
    Sent sent;
    /// Status: proven to be taken back.
    Retracted retracted;
    /// Status: kept, no connection.
    Offline offline;
    /// Status: kept, the service is down or answered without proof.
    Unavailable unavailable;
    /// Status: kept until the page has a new token.
    Expired expired;
    /// Status: refused.
    NotAccepted not_accepted;
    /// Status: refused, this person may not vote here.
    NotAllowed not_allowed;
    /// Status: refused, the text is too long.
    TooLong too_long;
    /// Status: votes cannot be taken back at this receiver.
    CannotRetract cannot_retract;
    /// Status: given up.
    Dropped dropped;
    /// Status: not sent, and the page asked to keep nothing on the device.
    NotKept not_kept;
}

impl Text {
    /// What to say about a status, if anything.
    pub const fn of(status: Status) -> Option<Self> {
        Some(match status {
            Status::Idle => return None,
            Status::Sending => Self::Sending,
            Status::Sent => Self::Sent,
            Status::Retracted => Self::Retracted,
            Status::Offline => Self::Offline,
            Status::Unavailable | Status::Unproven => Self::Unavailable,
            Status::Expired => Self::Expired,
            Status::NotKept => Self::NotKept,
            Status::Invalid | Status::NotAccepted => Self::NotAccepted,
            Status::NotAllowed => Self::NotAllowed,
            Status::TooLong => Self::TooLong,
            Status::CannotRetract => Self::CannotRetract,
            Status::Dropped => Self::Dropped,
        })
    }
}

/// The texts in use: a language, with some or all of them replaced. English by default.
///
/// ```
/// use workflowai_feedback::{Messages, Text, locales};
///
/// let messages = Messages::new(&locales::DE).with(Text::Sent, "Danke!");
/// assert_eq!(messages.get(Text::Sent), "Danke!");
/// assert_eq!(messages.get(Text::Positive), "Gute Antwort");
/// ```
#[derive(Clone, Debug)]
pub struct Messages {
    pack: &'static Pack,
    replaced: Vec<(Text, String)>,
}

impl Messages {
    /// A language as it is.
    pub const fn new(pack: &'static Pack) -> Self {
        Self {
            pack,
            replaced: Vec::new(),
        }
    }

    /// Replaces one text.
    #[must_use]
    pub fn with(mut self, text: Text, words: impl Into<String>) -> Self {
        self.replaced.push((text, words.into()));
        self
    }

    /// The words for a text.
    pub fn get(&self, text: Text) -> &str {
        self.replaced
            .iter()
            .rev()
            .find(|(replaced, _)| *replaced == text)
            .map_or(self.pack.get(text), |(_, words)| words)
    }
}

impl Default for Messages {
    fn default() -> Self {
        Self::new(&crate::locales::EN)
    }
}
