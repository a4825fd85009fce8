//! What can be said about a share of few or many votes.

use crate::locale::tenths;

/// The 97.5th percentile of the normal distribution: two such tails leave 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// A share and the range it lies in with 95 % confidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// The share itself, of 1.
    pub middle: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

impl Share {
    /// Of `some` out of `all`, with Wilson's score interval. None of nothing.
    #[expect(clippy::cast_precision_loss, reason = "votes stay far below 2^52")]
    pub fn of(some: i64, all: i64) -> Option<Self> {
        if all <= 0 {
            return None;
        }
        let n = all as f64;
        let share = some as f64 / n;
        let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + Z * Z / n;
        let middle = share + Z * Z / (2.0 * n);
        // At the ends the formula is exact and only its rounding is not.
        let low = if some == 0 {
            0.0
        } else {
            (middle - spread) / scale
        };
        let high = if some == all {
            1.0
        } else {
            (middle + spread) / scale
        };
        Some(Self {
            middle: share,
            low,
            high,
        })
    }

    /// The share in percent.
    pub fn percent(&self) -> String {
        percent(self.middle)
    }

    /// The lower end in percent.
    pub fn low_percent(&self) -> String {
        percent(self.low)
    }

    /// The upper end in percent.
    pub fn high_percent(&self) -> String {
        percent(self.high)
    }

    /// Whether it differs from another for certain: their intervals do not meet.
    pub fn is_apart_from(&self, other: &Self) -> bool {
        self.low > other.high || other.low > self.high
    }
}

fn percent(share: f64) -> String {
    tenths(share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From `SciPy` 1: `binomtest(k, n).proportion_ci(0.95, method="wilson")`.
    const SCIPY: [(i64, i64, f64, f64); 8] = [
        (0, 1, 0.0, 0.793_450_685_623),
        (1, 1, 0.206_549_314_377, 1.0),
        (3, 3, 0.438_502_968_245, 1.0),
        (950, 1_000, 0.934_686_179_756, 0.961_869_737_607),
        (1, 10, 0.017_876_213_095, 0.404_150_026_795),
        (5, 10, 0.236_593_090_513, 0.763_406_909_487),
        (0, 50, 0.0, 0.071_347_599_133),
        (1_234, 5_678, 0.206_795_554_560, 0.228_246_759_932),
    ];

    #[test]
    fn intervals_are_those_of_scipy() {
        for (some, all, low, high) in SCIPY {
            let share = Share::of(some, all).expect("votes");
            assert!((share.low - low).abs() < 1e-9, "{some} of {all}: {share:?}");
            assert!(
                (share.high - high).abs() < 1e-9,
                "{some} of {all}: {share:?}"
            );
        }
        assert_eq!(Share::of(0, 0), None);
    }

    #[test]
    fn three_of_three_does_not_beat_950_of_1000() {
        let few = Share::of(3, 3).expect("votes");
        let many = Share::of(950, 1_000).expect("votes");
        assert!(few.middle > many.middle && few.low < many.low);
        assert!(!few.is_apart_from(&many));
        assert!(many.is_apart_from(&Share::of(800, 1_000).expect("votes")));
    }
}
