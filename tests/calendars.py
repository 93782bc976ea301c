"""The calendar that tests know, so that a packaged year more breaks none of them."""

from __future__ import annotations

from cchc_metrics.reference.calendar import Calendar

LAST = 2027
TO_2027 = Calendar.of([year for year in Calendar.official().by_year.values() if year.year <= LAST])
