"""``python -m cchc_metrics.cli``."""

from cchc_metrics.cli import main

if __name__ == "__main__":
    main()
