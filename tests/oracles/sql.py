"""Every indicator in SQL, under the library's default rules, straight from the cells of the tables; DuckDB counts.

One SELECT a kind: each column is a numerator or a denominator, ``x__n`` and ``x__d`` of the indicator ``x``. Written from docs/formulas.md,
docs/dossiers.md and docs/records.md; no code of the library is used.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
from tests.slow import calendar_slow

Found = dict[str, tuple[int | Fraction | None, int | None]]

_VIEWS = """
CREATE MACRO passed(d) AS (SELECT through FROM work WHERE work.day = d);          -- working days up to and including a day
CREATE MACRO nth(n) AS (SELECT min(day) FROM work WHERE through = n);              -- the n-th working day
CREATE MACRO open_on(d) AS nth(passed(d - 1) + 1);                                 -- the day itself, or the next that is worked

CREATE TABLE dossiers AS
WITH typed AS (
    SELECT d.*, d.received_at::TIMESTAMP::DATE AS came, d.received_elsewhere_at::TIMESTAMP::DATE AS elsewhere,
        CASE WHEN length(d.received_elsewhere_at) > 10 THEN d.received_elsewhere_at[12:] END AS hour_elsewhere,
        coalesce(d.boundary_free, CASE WHEN d.received_elsewhere_at IS NOT NULL THEN 'yes' END) AS free,
        coalesce(d.channel, 'counter') AS way, coalesce(d.service_level, p.service_level) AS level,
        coalesce(d.ended_at, d.approved_at, d.returned_at)::DATE AS result, d.term::INT + coalesce(d.paused_days::INT, 0) AS days
    FROM cells.dossiers d LEFT JOIN versions p ON p.procedure_code = d.procedure_code
        AND d.received_at::TIMESTAMP::DATE BETWEEN p.since AND p.until
), counted AS (
    SELECT *, CASE WHEN status NOT IN ('submitted', 'refused') THEN came END AS received,
        CASE WHEN status IN ('withdrawn', 'resolved', 'returned') THEN result END AS ended,
        CASE WHEN free = 'yes' THEN elsewhere ELSE came END AS first_came,
        CASE WHEN free = 'yes' AND elsewhere < DATE '2026-08-05' THEN elsewhere ELSE came END AS runs_from,
        passed(came) - passed(elsewhere) AS on_the_way, passed(elsewhere) = passed(elsewhere - 1) AS on_day_off
    FROM typed
)
SELECT *, CASE
        WHEN due_at IS NOT NULL THEN due_at::DATE
        WHEN term_unit = 'working_days' THEN nth(passed(runs_from) + days)
        WHEN term_unit = 'calendar_days' THEN open_on(runs_from + days)
        WHEN term_unit = 'months' THEN open_on((runs_from + to_months(term::INT))::DATE + coalesce(paused_days::INT, 0))
    END AS due
FROM counted WHERE received IS NOT NULL;
"""

_COMMON = "(unit_code = $unit OR $unit = 'H')"

_SELECTS = {
    "dossiers": f"""
WITH own AS (SELECT * FROM dossiers WHERE {_COMMON}),
came AS (SELECT * FROM own WHERE received BETWEEN $first AND $last),
gone AS (SELECT *, ended < due AS early, ended = due AS on_day, ended > due AS late FROM own WHERE ended BETWEEN $first AND $last),
left_over AS (SELECT *, due < $last AS overdue, passed($last) - passed(due) AS age
    FROM own WHERE received <= $last AND (ended IS NULL OR ended > $last)),
before AS (SELECT count(*) AS carried FROM own WHERE received < $first AND (ended IS NULL OR ended >= $first)),
a AS (SELECT
    count(*) AS received,
    count(*) FILTER (way = 'online') AS online,
    count(*) FILTER (way = 'online' AND level IN ('level_3', 'level_4')) AS level_3_4,
    count(*) FILTER (way = 'online' AND level IN ('partial', 'full')) AS partial_full,
    count(*) FILTER (way = 'online' AND level = 'full') AS whole,
    count(*) FILTER (way IN ('online', 'counter')) AS online_counter,
    count(*) FILTER (postal_in = 'yes') AS postal,
    count(*) FILTER (free = 'yes') AS free,
    count(*) FILTER (free IN ('yes', 'no')) AS free_known,
    -- Since 05/08/2026: on the same working day, on the next one after 15:00 or of a day off; without a time the next day is not known.
    count(*) FILTER (free = 'yes' AND elsewhere >= DATE '2026-08-05'
        AND NOT (hour_elsewhere IS NULL AND NOT on_day_off AND on_the_way = 1)) AS transferred,
    count(*) FILTER (free = 'yes' AND elsewhere >= DATE '2026-08-05'
        AND (on_the_way = 0 OR (on_the_way = 1 AND (on_day_off OR hour_elsewhere > '15:00')))) AS transferred_in_time,
    count(*) FILTER (ended <= $asked AND ended <= due) AS cohort_in_time,
    count(*) FILTER ((ended <= $asked AND ended > due) OR ((ended IS NULL OR ended > $asked) AND due < $asked)) AS cohort_late,
    count(*) FILTER (way = 'online' AND submitted_at IS NOT NULL) AS accepted,
    count(*) FILTER (way = 'online' AND passed(came) - passed(submitted_at::TIMESTAMP::DATE) <= 1) AS accepted_in_time,
    count(DISTINCT CASE WHEN way = 'online' AND level IN ('partial', 'full') THEN procedure_code END) AS services
    FROM came),
g AS (SELECT
    count(*) AS ended, count(*) FILTER (early OR on_day) AS in_time, count(*) FILTER (late) AS late,
    coalesce(sum(passed(ended) - passed(received)), 0)::INT AS working, coalesce(sum(ended - received), 0)::INT AS calendar,
    coalesce(sum(supplement_requests::INT), 0)::INT AS requests, count(supplement_requests) AS requests_known,
    coalesce(sum(apologies::INT), 0)::INT AS apologies, coalesce(sum(reappointments::INT), 0)::INT AS again,
    count(*) FILTER (late AND apologies::INT > 0) AS late_apologised,
    count(*) FILTER (fee_due = 'yes') AS owed, count(*) FILTER (fee_due = 'yes' AND paid_online IN ('national', 'local', 'yes')) AS paid,
    count(*) FILTER (digitised IN ('no', 'digitised', 'reused_component', 'reused_result')) AS reusable,
    count(*) FILTER (digitised IN ('reused_component', 'reused_result')) AS reused,
    count(*) FILTER (digitised IN ('no', 'digitised', 'reused_component', 'reused_result')
        AND NOT (way = 'online' AND first_came >= DATE '2025-09-15')) AS digitisable,
    count(*) FILTER (digitised IN ('digitised', 'reused_component', 'reused_result')
        AND NOT (way = 'online' AND first_came >= DATE '2025-09-15')) AS digitised,
    count(*) FILTER (electronic_result IN ('yes', 'no')) AS results, count(*) FILTER (electronic_result = 'yes') AS electronic,
    coalesce(sum(components::INT) FILTER (components_digitised IS NOT NULL), 0)::INT AS components,
    coalesce(sum(components_digitised::INT) FILTER (components IS NOT NULL), 0)::INT AS components_done,
    count(*) FILTER (postal_out = 'yes') AS posted,
    median(passed(ended) - passed(received)) AS median, quantile_disc(passed(ended) - passed(received), 0.9) AS p90
    FROM gone),
p AS (SELECT
    count(*) AS pending, count(*) FILTER (overdue) AS overdue, count(*) FILTER (due IS NULL) AS undated,
    count(*) FILTER (overdue AND age > 5) AS over_5, count(*) FILTER (overdue AND age > 10) AS over_10
    FROM left_over)
SELECT
    in_time AS resolved_on_time__n, in_time + late AS resolved_on_time__d,
    in_time + pending - overdue - undated AS handled_on_time__n, in_time + late + pending - undated AS handled_on_time__d,
    received + carried - overdue - late AS not_late__n, received + carried AS not_late__d,
    in_time AS resolved_or_overdue__n, in_time + late + overdue AS resolved_or_overdue__d,
    cohort_in_time AS received_on_time__n, cohort_in_time + cohort_late AS received_on_time__d,
    received AS dossiers_received__n, ended AS dossiers_resolved__n, level_3_4 AS dossiers_online_level_3_4__n,
    partial_full AS dossiers_online_partial_full__n, whole AS online_full_share__n, received AS online_full_share__d,
    online AS online_share__n, received AS online_share__d,
    online AS online_of_online_and_counter__n, online_counter AS online_of_online_and_counter__d,
    postal AS dossiers_postal__n, pending AS dossiers_pending__n, overdue AS dossiers_pending_overdue__n,
    working AS turnaround_mean__n, ended AS turnaround_mean__d,
    calendar AS turnaround_calendar_mean__n, ended AS turnaround_calendar_mean__d,
    median AS turnaround_median__q, p90 AS turnaround_p90__q,
    requests AS supplements_mean__n, requests_known AS supplements_mean__d,
    free AS dossiers_boundary_free__n, free AS boundary_free_share__n, free_known AS boundary_free_share__d,
    transferred_in_time AS transferred_in_time__n, transferred AS transferred_in_time__d,
    apologies AS apologies__n, again AS reappointments__n, late_apologised AS late_apologised__n, late AS late_apologised__d,
    overdue - over_5 AS pending_overdue_1_5__n, over_5 - over_10 AS pending_overdue_6_10__n, over_10 AS pending_overdue_over_10__n,
    accepted_in_time AS accepted_in_time__n, accepted AS accepted_in_time__d,
    paid AS paid_online__n, owed AS paid_online__d, digitised AS digitised__n, digitisable AS digitised__d,
    reused AS data_reused__n, reusable AS data_reused__d, electronic AS electronic_results__n, results AS electronic_results__d,
    components_done AS components_digitised__n, components AS components_digitised__d, posted AS dossiers_postal_out__n,
    services AS services_with_dossiers__n,
    (SELECT count(DISTINCT procedure_code) FROM versions
        WHERE $last BETWEEN since AND until AND service_level IN ('partial', 'full')) AS services_with_dossiers__d
FROM a, g, p, before
""",
    "documents": f"""
WITH own AS (SELECT * FROM cells.documents WHERE {_COMMON} AND issued_on::DATE BETWEEN $first AND $last
    AND direction = 'outgoing' AND secrecy = 'none')
SELECT
    count(*) FILTER (electronic = 'yes' AND exchanged = 'yes') AS electronic_exchange__n, count(*) AS electronic_exchange__d,
    count(*) FILTER (electronic = 'yes') AS electronic_form__n, count(*) AS electronic_form__d,
    count(*) FILTER (electronic = 'yes' AND signed_by_person = 'yes' AND signed_by_agency = 'yes') AS digitally_signed__n,
    count(*) AS digitally_signed__d
FROM own
""",
    "meetings": f"""
SELECT count(*) FILTER (paperless = 'yes') AS paperless_meetings__n, count(*) AS paperless_meetings__d
FROM cells.meetings WHERE {_COMMON} AND status = 'held' AND secrecy = 'none' AND held_on::DATE BETWEEN $first AND $last
""",
    "outreach": f"""
SELECT count(*) AS outreach_activities__n, count(*) FILTER (channel IN ('staff_dialogue', 'citizen_dialogue')) AS dialogues__n,
    coalesce(sum(reach::INT), 0)::INT AS outreach_reach__n,
    count(DISTINCT unit_code) AS outreach_active_units__n,
    (SELECT count(*) FROM existing WHERE {_COMMON} AND since <= $last) AS outreach_active_units__d
FROM cells.outreach WHERE {_COMMON} AND held_on::DATE BETWEEN $first AND $last
""",
    "initiatives": f"""
WITH own AS (SELECT * FROM cells.initiatives WHERE {_COMMON} AND initiative_id = 'M1')
SELECT count(*) FILTER (status = 'adopted' AND adopted_on::DATE <= $last) AS initiative_replication__n,
    (SELECT count(*) FROM existing WHERE {_COMMON} AND since <= $last)
        - count(*) FILTER (status = 'exempt' AND coalesce(adopted_on::DATE, DATE '1970-01-01') <= $last) AS initiative_replication__d
FROM own
""",
    "surveys": f"""
SELECT count(*) FILTER (score::INT >= 4) AS satisfaction__n, count(*) AS satisfaction__d
FROM cells.surveys WHERE {_COMMON} AND answered_on::DATE BETWEEN $first AND $last
""",
    "petitions": f"""
WITH own AS (SELECT *, received_at::DATE AS came, refused_at::DATE AS refused, supplement_requested_at::DATE AS sent_back,
    resolved_at::DATE AS resolved, published_at::DATE AS published FROM cells.petitions WHERE {_COMMON})
SELECT
    count(*) FILTER (came BETWEEN $first AND $last) AS petitions_received__n,
    count(*) FILTER (refused BETWEEN $first AND $last AND passed(refused) - passed(came) <= 2) AS petitions_refused_in_time__n,
    count(*) FILTER (refused BETWEEN $first AND $last) AS petitions_refused_in_time__d,
    count(*) FILTER (sent_back BETWEEN $first AND $last AND passed(sent_back) - passed(came) <= 5)
        AS petitions_supplement_requested_in_time__n,
    count(*) FILTER (sent_back BETWEEN $first AND $last) AS petitions_supplement_requested_in_time__d,
    count(*) FILTER (resolved BETWEEN $first AND $last AND passed(resolved) - passed(came) <= 15) AS petitions_resolved_in_time__n,
    count(*) FILTER (resolved BETWEEN $first AND $last) AS petitions_resolved_in_time__d,
    count(*) FILTER (published BETWEEN $first AND $last AND passed(published) - passed(resolved) <= 2) AS petitions_published_in_time__n,
    count(*) FILTER (published BETWEEN $first AND $last) AS petitions_published_in_time__d
FROM own
""",
    "assigned_tasks": f"""
WITH own AS (SELECT *, assigned_on::DATE AS given, due_on::DATE AS due, done_on::DATE AS done FROM cells.assigned_tasks WHERE {_COMMON})
SELECT
    count(*) FILTER (given BETWEEN $first AND $last) AS assigned_tasks__n,
    count(*) FILTER (done BETWEEN $first AND $last) AS assigned_tasks_done__n,
    count(*) FILTER (done BETWEEN $first AND $last AND done <= due) AS assigned_tasks_done_on_time__n,
    count(*) FILTER (done BETWEEN $first AND $last AND due IS NOT NULL) AS assigned_tasks_done_on_time__d,
    count(*) FILTER (done BETWEEN $first AND $last AND done > due) AS assigned_tasks_done_late__n,
    count(*) FILTER (given <= $last AND (done IS NULL OR done > $last)) AS assigned_tasks_open__n,
    count(*) FILTER (given <= $last AND (done IS NULL OR done > $last) AND due < $last) AS assigned_tasks_overdue__n
FROM own
""",
    "inspections": f"""
WITH own AS (SELECT *, problems_found::INT AS found, problems_handled::INT AS handled FROM cells.inspections
    WHERE {_COMMON} AND held_on::DATE BETWEEN $first AND $last)
SELECT count(*) AS inspections_held__n, count(DISTINCT unit_code) AS inspected_units__n,
    (SELECT count(*) FROM existing WHERE {_COMMON} AND since <= $last) AS inspected_units__d,
    coalesce(sum(found), 0)::INT AS inspection_problems__n,
    coalesce(sum(handled) FILTER (found IS NOT NULL), 0)::INT AS inspection_problems_handled__n,
    coalesce(sum(found) FILTER (handled IS NOT NULL), 0)::INT AS inspection_problems_handled__d
FROM own
""",
    "periodic_reports": f"""
WITH own AS (SELECT *, due_on::DATE AS due, sent_on::DATE AS sent FROM cells.periodic_reports WHERE {_COMMON})
SELECT
    count(*) FILTER (due BETWEEN $first AND $last AND sent <= due) AS reports_on_time__n,
    count(*) FILTER (due BETWEEN $first AND $last) AS reports_on_time__d,
    count(*) FILTER (sent BETWEEN $first AND $last AND on_system = 'yes') AS reports_on_system__n,
    count(*) FILTER (sent BETWEEN $first AND $last AND on_system IN ('yes', 'no')) AS reports_on_system__d
FROM own
""",
    "legal_documents": f"""
WITH own AS (SELECT *, least(checked_on::DATE, reviewed_on::DATE) AS judged FROM cells.legal_documents WHERE {_COMMON})
SELECT
    count(*) FILTER (issued_on::DATE BETWEEN $first AND $last) AS legal_documents_issued__n,
    count(*) FILTER (checked_on::DATE BETWEEN $first AND $last) AS legal_documents_checked__n,
    count(*) FILTER (reviewed_on::DATE BETWEEN $first AND $last) AS legal_documents_reviewed__n,
    count(*) FILTER (judged BETWEEN $first AND $last AND needs_handling = 'yes') AS legal_documents_to_handle__n,
    count(*) FILTER (handled_on::DATE BETWEEN $first AND $last) AS legal_documents_handled__n
FROM own
""",
    "procedures": """
WITH own AS (SELECT * FROM versions WHERE $last BETWEEN since AND until)
SELECT
    count(DISTINCT procedure_code) AS procedures_in_force__n,
    count(DISTINCT procedure_code) FILTER (service_level = 'full') AS services_full__n,
    count(DISTINCT procedure_code) FILTER (service_level = 'partial') AS services_partial__n,
    count(DISTINCT procedure_code) FILTER (service_level = 'full') AS services_full_share__n,
    count(DISTINCT procedure_code) FILTER (service_level IN ('partial', 'full')) AS services_full_share__d,
    count(DISTINCT procedure_code) FILTER (boundary_free = 'yes') AS procedures_boundary_free__n,
    count(DISTINCT procedure_code) FILTER (interlinked IN ('same_level', 'several_levels')) AS procedures_interlinked__n,
    count(DISTINCT procedure_code) FILTER (proactive LIKE 'proactive_%') AS services_proactive__n
FROM own
""",
}


class Sql:
    """A folder's tables in DuckDB, every cell a text, with the working days beside them."""

    def __init__(self, folder: Path, asked: date) -> None:
        self._asked = asked
        self._db = duckdb.connect()
        self._db.execute("CREATE SCHEMA cells")
        for path in sorted(folder.glob("*.csv")):
            source = f"read_csv('{path}', all_varchar = true, header = true, nullstr = '')"
            self._db.execute(f"CREATE TABLE cells.{path.stem} AS SELECT * FROM {source}")
        self._db.execute("CREATE TABLE work (day DATE, through INT)")
        self._db.executemany("INSERT INTO work VALUES (?, ?)", working_days())
        self._db.execute(
            "CREATE TABLE versions AS SELECT *, coalesce(valid_from::DATE, DATE '1970-01-01') AS since, "
            "coalesce(valid_to::DATE, DATE '9999-12-31') AS until FROM cells.procedures"
        )
        self._db.execute(
            "CREATE TABLE existing AS SELECT code AS unit_code, coalesce(valid_from::DATE, DATE '1970-01-01') AS since FROM cells.units"
        )
        self._db.execute(_VIEWS)

    def measures(self, first: date, last: date, unit: str) -> Found:
        """Return numerator and denominator of each indicator of a unit in a period; of a quantile its value and None."""
        found: dict[str, dict[str, Any]] = {}
        for select in _SELECTS.values():
            given = {name: value for name, value in self._given(first, last, unit).items() if f"${name}" in select}
            answer = self._db.execute(select, given)
            names = [column[0] for column in answer.description or ()]
            for name, value in zip(names, answer.fetchone() or (), strict=True):
                indicator, _, part = name.partition("__")
                found.setdefault(indicator, {})[part] = value
        return {name: (parts.get("n", parts.get("q")), parts.get("d")) for name, parts in found.items()}

    def _given(self, first: date, last: date, unit: str) -> dict[str, Any]:
        return {"first": first, "last": last, "unit": unit, "asked": self._asked}


def working_days(first: date = date(2019, 1, 1), last: date = date(2027, 12, 31)) -> list[tuple[date, int]]:
    """Return each day with the number of working days up to it."""
    calendar, through, found = calendar_slow.official(), 0, []
    while first <= last:
        through += calendar.is_working(first)
        found.append((first, through))
        first += timedelta(days=1)
    return found
