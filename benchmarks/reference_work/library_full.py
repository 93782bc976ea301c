"""The library's full default report: every count of the dossier kind, every indicator declared for it, months and years, all breakdowns.

More is counted than the reference work asks for; the answer that is compared is read off the same measures.
"""

from __future__ import annotations

from benchmarks.reference_work import library
from benchmarks.reference_work.library import Prepared
from benchmarks.reference_work.work import Answer, Work
from cchc_metrics import Catalogue, load_catalogue, measure


def prepare(work: Work) -> Prepared:
    """Return the columns and every indicator of the dossier kind, with those of the reference work."""
    found = library.prepare(work)
    default = Catalogue.default()
    dossiers = [
        i.id for i in default if any(name.removeprefix("-").startswith("dossiers.") for name in (*i.numerator, *i.denominator, i.values_of))
    ]
    names = dict.fromkeys([*dossiers, *library.SELECTED])
    return Prepared(found.columns, work, found.periods, found.units, load_catalogue(library.OWN).select(names), found.options)


def answer(prepared: Prepared) -> Answer:
    """Return the answer, read off the measures of the full report."""
    found = measure(library.count(prepared), prepared.catalogue, units=prepared.units, periods=prepared.periods, as_of=prepared.as_of)
    return library.read_off(found, prepared.work)
