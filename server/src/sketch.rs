//! How many different people there are, approximately and in little room: `HyperLogLog` (Flajolet
//! and others, 2007) with the estimate of Ertl, "New cardinality estimation algorithms for
//! `HyperLogLog` sketches" (2017), which needs no correction for few or many.

use crate::secret;

/// Bits that choose a register.
const BITS: u32 = 10;
const REGISTERS: usize = 1 << BITS;
/// The longest run of zeros, and one.
const MOST: usize = 64 - BITS as usize + 1;

/// A set of people that forgets who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch(Vec<u8>);

impl Default for Sketch {
    fn default() -> Self {
        Self(vec![0; REGISTERS])
    }
}

impl Sketch {
    /// The standard error of an estimate: 3.25 %.
    pub const ERROR: f64 = 0.0325;

    /// Reads what [`bytes`](Self::bytes) gave.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let fits =
            bytes.len() == REGISTERS && bytes.iter().all(|register| usize::from(*register) <= MOST);
        fits.then(|| Self(bytes.to_vec()))
    }

    /// As it is kept.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Adds somebody, again or for the first time.
    pub fn add(&mut self, person: &str) {
        let hash = secret::hash(person);
        let mut first = [0; 8];
        first.copy_from_slice(&hash[..8]);
        let hash = u64::from_be_bytes(first);
        let register = usize::try_from(hash >> (64 - BITS)).unwrap_or_default();
        // The bit below the rest ends the longest run.
        let rest = hash << BITS | 1 << (BITS - 1);
        let rank = u8::try_from(rest.leading_zeros() + 1).unwrap_or(u8::MAX);
        self.0[register] = self.0[register].max(rank);
    }

    /// Adds everybody of another.
    pub fn merge(&mut self, other: &Self) {
        for (register, other) in self.0.iter_mut().zip(&other.0) {
            *register = (*register).max(*other);
        }
    }

    /// Whether adding another would change nothing.
    pub fn has_all_of(&self, other: &Self) -> bool {
        let mut registers = self.0.iter().zip(&other.0);
        registers.all(|(register, other)| register >= other)
    }

    /// How many people there are.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "at most a thousand registers, and a number of people"
    )]
    pub fn estimate(&self) -> i64 {
        let mut counts = [0_u32; MOST + 1];
        for register in &self.0 {
            counts[usize::from(*register)] += 1;
        }
        let registers = REGISTERS as f64;
        let share = |count: u32| f64::from(count) / registers;
        let mut z = registers * tau(1.0 - share(counts[MOST]));
        for count in counts[1..MOST].iter().rev() {
            z = 0.5 * (z + f64::from(*count));
        }
        z += registers * sigma(share(counts[0]));
        (registers * registers / (2.0 * std::f64::consts::LN_2 * z)).round() as i64
    }
}

/// Of registers that are empty.
fn sigma(mut x: f64) -> f64 {
    if x >= 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z <= before {
            return z;
        }
    }
}

/// Of registers that are full.
fn tau(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x).powi(2) * y;
        if z >= before {
            return z / 3.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_is_within_three_standard_errors() {
        let mut sketch = Sketch::default();
        assert_eq!(sketch.estimate(), 0);
        let mut people = 0_i32;
        for count in [1, 2, 10, 100, 1_000, 3_000, 10_000, 100_000] {
            while people < count {
                sketch.add(&format!("user-{people}"));
                people += 1;
            }
            let off = (sketch.estimate() - i64::from(count)).abs();
            // Three times 3.25 %, and one for rounding.
            assert!(
                off * 10_000 <= i64::from(count) * 975 + 10_000,
                "{off} of {count}"
            );
        }
        let before = sketch.clone();
        sketch.add("user-7");
        assert_eq!(sketch, before, "nobody counts twice");
    }

    #[test]
    fn sketches_add_up_to_the_sketch_of_all() {
        let of = |people: std::ops::Range<u32>| {
            let mut sketch = Sketch::default();
            people.for_each(|person| sketch.add(&person.to_string()));
            sketch
        };
        let mut both = of(0..600);
        both.merge(&of(400..1_000));
        assert_eq!(both, of(0..1_000));
        assert_eq!(Sketch::from_bytes(both.bytes()), Some(both));
        assert_eq!(Sketch::from_bytes(&[0; 3]), None);
        assert_eq!(Sketch::from_bytes(&[99; REGISTERS]), None);
    }
}
