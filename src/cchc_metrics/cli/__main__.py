"""``python -m cchc_metrics.cli``."""

from cchc_metrics.cli import main

main()
