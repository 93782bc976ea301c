"""Figures as they were reported, kept whole: what they rest on, by whom and when, and what has become of them since."""
