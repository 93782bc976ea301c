"""Administrative-reform (cải cách hành chính) indicators of a Vietnamese local government, exactly, from its records.

``read_folder`` or ``Dataset`` is the way in; what it answers are tables. Between the two stand pure verbs for those who embed the library:
``tally`` → ``measure`` → ``compare``, ``assess``. The public names stand in ``__init__.pyi``; each is loaded when it is first used.
"""

from cchc_metrics.lazy import attach
from cchc_metrics.version import __version__ as __version__

__getattr__, __dir__, __all__ = attach(__name__, __file__)
