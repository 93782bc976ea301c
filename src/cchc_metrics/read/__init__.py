"""The outside, inwards: the only place that touches files."""
