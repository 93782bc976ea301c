"""Scoring schemes as data: fields, criteria and rules of every shape in use; exact points, rescaling, bands, ranks and what-if."""
