"""The service is an example of the repository, no part of the package: it is imported from the root, as ``uvicorn`` does there."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
