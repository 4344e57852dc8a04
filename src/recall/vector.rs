//! Vectors of meaning, eight bits a dimension.

/// A vector as a model's endpoint gives it, in a quarter of the bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Vector {
    scale: f32,
    values: Vec<i8>,
}

impl Vector {
    /// The nearest vector of eight-bit values.
    pub fn quantise(values: &[f32]) -> Self {
        let largest = values.iter().filter(|v| v.is_finite()).fold(0.0_f32, |l, v| l.max(v.abs()));
        let scale = if largest > 0.0 { largest / f32::from(i8::MAX) } else { 1.0 };
        // `as` saturates, and makes 0 of what is no number.
        let values = values.iter().map(|value| (value / scale).round() as i8).collect();
        Self { scale, values }
    }

    /// As stored: the scale, then a byte a dimension.
    pub fn encode(&self) -> Vec<u8> {
        let values = self.values.iter().map(|value| value.cast_unsigned());
        self.scale.to_le_bytes().into_iter().chain(values).collect()
    }

    /// Reads what [`encode`](Self::encode) wrote; `None` = it did not.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (scale, values) = bytes.split_first_chunk()?;
        let values = values.iter().map(|value| value.cast_signed()).collect();
        Some(Self { scale: f32::from_le_bytes(*scale), values })
    }

    /// About the values it was made of.
    pub fn values(&self) -> Vec<f32> {
        self.values.iter().map(|value| f32::from(*value) * self.scale).collect()
    }

    /// The cosine of the angle between two vectors; 0 if one is nothing or
    /// they are of different models.
    pub fn cosine(&self, other: &Self) -> f32 {
        if self.values.len() != other.values.len() {
            return 0.0;
        }
        let both = dot(&self.values, &other.values) as f32;
        let lengths =
            dot(&self.values, &self.values) as f32 * dot(&other.values, &other.values) as f32;
        if lengths > 0.0 { both / lengths.sqrt() } else { 0.0 }
    }
}

fn dot(one: &[i8], other: &[i8]) -> i64 {
    // Chunks whose sums fit in 32 bits, which the machine adds up side by side.
    let sum = |(one, other): (&[i8], &[i8])| {
        let products = one.iter().zip(other).map(|(a, b)| i32::from(*a) * i32::from(*b));
        i64::from(products.sum::<i32>())
    };
    one.chunks(4096).zip(other.chunks(4096)).map(sum).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn likeness_survives_eight_bits() {
        let of = |values: &[f32]| Vector::quantise(values);
        let one = of(&[0.9, -0.1, 0.3]);
        assert!((one.cosine(&one) - 1.0).abs() < 1e-6);
        assert!(one.cosine(&of(&[0.8, 0.0, 0.35])) > 0.98);
        assert!(one.cosine(&of(&[-0.9, 0.1, -0.3])) < -0.99);
        assert_eq!(one.cosine(&of(&[0.0, 0.0, 0.0])), 0.0);
        assert_eq!(one.cosine(&of(&[1.0])), 0.0);
    }

    proptest! {
        #[test]
        fn a_vector_survives_its_row(values in prop::collection::vec(-10.0_f32..10.0, 0..64)) {
            let vector = Vector::quantise(&values);
            let stored = Vector::decode(&vector.encode()).unwrap();
            prop_assert_eq!(&stored, &vector);
            for (value, kept) in values.iter().zip(stored.values()) {
                prop_assert!((value - kept).abs() < 0.05);
            }
        }

        #[test]
        fn garbage_is_no_vector_or_a_harmless_one(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Some(vector) = Vector::decode(&bytes) {
                prop_assert!(!vector.cosine(&vector).is_nan());
            }
        }
    }
}
