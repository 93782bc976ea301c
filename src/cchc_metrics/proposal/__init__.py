"""The settings that a folder could have, proposed from its tables; only what is in doubt is left to be asked."""

from __future__ import annotations

from cchc_metrics.proposal.kept import kept_of
from cchc_metrics.proposal.model import Entry, Proposal, answers_given, answers_in, encodings_in, limits_in
from cchc_metrics.proposal.propose import propose
from cchc_metrics.proposal.write import district_toml

__all__ = ["Entry", "Proposal", "answers_given", "answers_in", "district_toml", "encodings_in", "kept_of", "limits_in", "propose"]
