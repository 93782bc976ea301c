"""What happened: the kinds of record, one file a kind, and what they share. The public names stand in ``__init__.pyi``."""

from cchc_metrics.lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
