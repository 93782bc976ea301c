"""Indicators as data: what is counted, what is divided by what, where it comes from."""
