"""A table counted in parts anywhere, by processes, machines or engines that this package knows nothing of, as one scan would count it.

What is asked (``Ask``) is sent to whoever has rows; what they found (``Partial``) is sent back, added up in any order and settled.
"""

from __future__ import annotations

from cchc_metrics.fold.ask import Ask
from cchc_metrics.fold.counting import tally_batches, tally_files
from cchc_metrics.fold.ids import id_hashes, repeated, signs_of_batches
from cchc_metrics.fold.partial import Partial
from cchc_metrics.fold.settle import settle

__all__ = ["Ask", "Partial", "id_hashes", "repeated", "settle", "signs_of_batches", "tally_batches", "tally_files"]
