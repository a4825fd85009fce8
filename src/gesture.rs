use crate::use_feedback::UseFeedback;
use crate::{Outcome, limits};

/// What a person did in the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gesture {
    /// A thumb was pressed.
    Press(Outcome),
    /// The comment is to be sent.
    Send,
    /// The panel is to be closed.
    Close,
}

/// Turns a gesture into a vote. True if something was pressed or sent.
pub fn perform(gesture: Gesture, feedback: UseFeedback) -> bool {
    let shown = feedback.state.peek(|state| state.outcome);
    match (gesture, shown) {
        (Gesture::Press(thumb), Some(shown)) if shown == thumb => feedback.retract(),
        (Gesture::Press(thumb), _) => feedback.vote(thumb, None, Vec::new()),
        (Gesture::Send, Some(outcome)) => {
            let comment = feedback.state.peek(|state| state.comment.clone());
            if limits::left(&comment) < 0 {
                return false;
            }
            let reasons = if outcome == Outcome::Negative {
                feedback.state.peek(|state| state.reasons.clone())
            } else {
                Vec::new()
            };
            // No receiver stores a NUL; `element/text.ts` says the same.
            let comment: String = comment
                .chars()
                .map(|char| if char == '\0' { '\u{fffd}' } else { char })
                .collect();
            let comment = Some(comment).filter(|text| !text.is_empty());
            feedback.vote(outcome, comment, reasons);
        }
        (Gesture::Send, None) | (Gesture::Close, _) => return false,
    }
    true
}
