//! What is said of repeated measurements.

use std::time::Duration;

/// The smallest value that at least `percent` of all do not exceed (nearest rank). Zero of nothing.
pub fn percentile(values: &mut [Duration], percent: usize) -> Duration {
    values.sort_unstable();
    let rank = (values.len() * percent).div_ceil(100).max(1);
    values.get(rank - 1).copied().unwrap_or_default()
}

/// The middle value, or the mean of the two in the middle. Zero of nothing.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        length if length % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

/// Milliseconds, as the tables have them.
pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// So many digits after the point.
pub fn rounded(value: f64, digits: i32) -> f64 {
    let factor = 10_f64.powi(digits);
    (value * factor).round() / factor
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let of = |count: u64| (1..=count).rev().map(Duration::from_millis);
        let mut hundred: Vec<Duration> = of(100).collect();
        for (percent, rank) in [(50, 50), (95, 95), (99, 99), (100, 100)] {
            let found = percentile(&mut hundred, percent);
            assert_eq!(found, Duration::from_millis(rank));
        }
        let mut three: Vec<Duration> = of(3).collect();
        assert_eq!(percentile(&mut three, 50), Duration::from_millis(2));
        assert_eq!(percentile(&mut three, 95), Duration::from_millis(3));
        assert_eq!(percentile(&mut [], 95), Duration::ZERO);
    }

    #[test]
    fn the_median_is_not_moved_by_one_bad_round() {
        assert!((median([3.0, 900.0, 1.0]) - 3.0).abs() < f64::EPSILON);
        assert!((median([4.0, 2.0]) - 3.0).abs() < f64::EPSILON);
        assert!(median([]).abs() < f64::EPSILON);
    }

    #[test]
    fn numbers_are_rounded_half_away_from_zero() {
        assert!((rounded(2.345, 1) - 2.3).abs() < 1e-9);
        assert!((rounded(1250.0, -2) - 1300.0).abs() < 1e-9);
    }
}
