"""What a folder's ``district.toml`` could say: proposed from the tables themselves, with only what is in doubt left to be asked."""

from __future__ import annotations

from cchc_metrics.proposal.model import Entry, Proposal, answers_given, answers_in
from cchc_metrics.proposal.propose import propose
from cchc_metrics.proposal.write import district_toml

__all__ = ["Entry", "Proposal", "answers_given", "answers_in", "district_toml", "propose"]
