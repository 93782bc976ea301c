"""A service over ``cchc_metrics``: JSON or files in, measures out. ``docs/service.md`` says how it is asked and run."""
