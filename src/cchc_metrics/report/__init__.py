"""Outwards: text, Markdown and JSON; rounding happens here."""
