//! The limits of the wire contract. A character is a Unicode scalar value, as the receiver counts.

/// The longest comment, in characters.
pub const COMMENT: i32 = 10_000;
/// The counter appears when so many characters are left.
pub const COUNTER_FROM: i32 = 500;
/// The most reasons a page can offer.
pub const REASONS: usize = 8;

/// How many characters of a comment are left; negative past the limit.
pub fn left(comment: &str) -> i32 {
    let used = i32::try_from(comment.chars().count()).unwrap_or(i32::MAX);
    COMMENT - used
}
