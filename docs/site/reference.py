"""What the API reference lists, page by page: every public name once, by the module that has it. A test holds that nothing is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Section(NamedTuple):
    """Names of one page that belong together."""

    title: str
    said: str
    names: Mapping[str, tuple[str, ...]]
    """By the module that has them."""


REFERENCE: Final[Mapping[str, tuple[str, tuple[Section, ...]]]] = {
    "dataset": (
        "The dataset and its answers",
        (
            Section(
                "The front door",
                "A folder, or tables that a program has, and everything that can be asked of them.",
                {
                    "cchc_metrics.dataset": ("Dataset",),
                    "cchc_metrics.folder_dataset": ("read_folder",),
                    "cchc_metrics.values": ("Measure", "Status", "Scale", "Better"),
                    "cchc_metrics.text": ("Text",),
                },
            ),
            Section(
                "Answer tables",
                "What a question gives. Each prints, filters and exports itself by what `AnswerTable` has.",
                {
                    "cchc_metrics.tables.table": ("AnswerTable",),
                    "cchc_metrics.verbs.measures": ("Measures",),
                    "cchc_metrics.verbs.compare": ("Deltas", "Delta"),
                    "cchc_metrics.verbs.contributions": ("Contributions",),
                    "cchc_metrics.verbs.assess.model": ("Assessments", "Assessment", "Verdict"),
                    "cchc_metrics.verbs.explain": ("Explanation",),
                    "cchc_metrics.verbs.form06": ("Form06",),
                    "cchc_metrics.verbs.form06_why": ("Form06Why",),
                    "cchc_metrics.records.problems": ("Problems", "Problem"),
                },
            ),
            Section(
                "Reports and forms",
                "What people and programs read.",
                {
                    "cchc_metrics.report.model": ("Report",),
                    "cchc_metrics.report.json_report": ("report_json",),
                    "cchc_metrics.report.periodic": ("PeriodicRows",),
                    "cchc_metrics.report.template_fill": ("FilledForm",),
                    "cchc_metrics.plots": ("figure_svg",),
                    "cchc_metrics.tables.numbers": ("format_percent", "format_points"),
                },
            ),
        ),
    ),
    "verbs": (
        "The verbs, for those who embed",
        (
            Section(
                "From columns to values",
                "Pure functions: the same arguments give the same answer.",
                {
                    "cchc_metrics.count.tally": ("tally", "Tally"),
                    "cchc_metrics.verbs.measure": ("measure",),
                    "cchc_metrics.verbs.compare": ("compare", "delta"),
                    "cchc_metrics.verbs.assess": ("assess", "effort_rate", "task_rates"),
                    "cchc_metrics.verbs.explain": ("explain",),
                    "cchc_metrics.verbs.form06": ("form06",),
                },
            ),
            Section(
                "In parts, anywhere",
                "A table counted by processes, machines or engines that this package knows nothing of.",
                {
                    "cchc_metrics.fold.ask": ("Ask",),
                    "cchc_metrics.fold.partial": ("Partial",),
                    "cchc_metrics.fold.counting": ("tally_batches", "tally_files"),
                    "cchc_metrics.fold.ids": ("id_hashes", "repeated", "signs_of_batches"),
                    "cchc_metrics.fold.settle": ("settle",),
                    "cchc_metrics.spark.job": ("tally_spark",),
                },
            ),
            Section(
                "Every night",
                "A table that changes, kept with its counts, so that a night costs what changed.",
                {
                    "cchc_metrics.ledger.ledger": ("Ledger",),
                    "cchc_metrics.ledger.state": ("Night",),
                    "cchc_metrics.ledger.audit": ("Audit", "Disagreement"),
                },
            ),
        ),
    ),
    "reading": (
        "Reading",
        (
            Section(
                "Files, frames and rows",
                "Any table in; what is wrong with it beside it.",
                {
                    "cchc_metrics.read.files": ("read_file",),
                    "cchc_metrics.read.rows": ("read_rows",),
                    "cchc_metrics.read.frames": ("read_frame",),
                    "cchc_metrics.read.parquet_files": ("scan_parquet",),
                    "cchc_metrics.read.postgres": ("scan_postgres", "PostgresSnapshot", "changed_months"),
                    "cchc_metrics.read.unit_changes": ("units_from_changes",),
                    "cchc_metrics.read.district": ("load_district",),
                },
            ),
            Section(
                "Records",
                "The kinds of record, and their columns in memory.",
                {
                    "cchc_metrics.records.kinds": ("KINDS",),
                    "cchc_metrics.records.columns": ("Columns", "columns_of"),
                    "cchc_metrics.records.due_dates": ("due_date", "due_dates"),
                    "cchc_metrics.records.dossier": ("Dossier",),
                    "cchc_metrics.records.dossier_event": ("DossierEvent",),
                    "cchc_metrics.records.procedure": ("Procedure",),
                    "cchc_metrics.records.document": ("Document",),
                    "cchc_metrics.records.meeting": ("Meeting",),
                    "cchc_metrics.records.outreach": ("OutreachActivity",),
                    "cchc_metrics.records.initiative": ("InitiativeAdoption",),
                    "cchc_metrics.records.survey": ("SurveyAnswer",),
                    "cchc_metrics.records.petition": ("Petition",),
                    "cchc_metrics.records.assigned_task": ("AssignedTask",),
                    "cchc_metrics.records.inspection": ("Inspection",),
                    "cchc_metrics.records.legal_document": ("LegalDocument",),
                    "cchc_metrics.records.periodic_report": ("PeriodicReport",),
                },
            ),
        ),
    ),
    "declared": (
        "Units, periods, rules, indicators, plans",
        (
            Section(
                "Where and when",
                "Units through time, periods, working days and what is decided where the law leaves a choice.",
                {
                    "cchc_metrics.reference.unit": ("Unit", "UnitTree"),
                    "cchc_metrics.reference.period": ("Period",),
                    "cchc_metrics.reference.calendar": ("Calendar",),
                    "cchc_metrics.reference.rules": ("Rules",),
                },
            ),
            Section(
                "Indicators",
                "Definitions as data.",
                {"cchc_metrics.catalogue.model": ("Catalogue", "Indicator"), "cchc_metrics.catalogue.load": ("load_catalogue",)},
            ),
            Section(
                "Plans",
                "A year's targets and tasks.",
                {
                    "cchc_metrics.plan": (
                        "Plan",
                        "load_plan",
                        "Target",
                        "Quota",
                        "Task",
                        "Milestone",
                        "Comparator",
                        "Against",
                    ),
                },
            ),
        ),
    ),
    "scores": (
        "Scores",
        (
            Section(
                "Schemes and what goes into them",
                "Criteria, their rules, and the values they take.",
                {
                    "cchc_metrics.score": (
                        "Scheme",
                        "load_scheme",
                        "dump_scheme",
                        "check_scheme",
                        "SchemeFinding",
                        "with_choices",
                        "qd766",
                        "commune_example",
                        "district_example",
                        "Inputs",
                        "Value",
                        "Ratio",
                        "GivenPoints",
                        "Absent",
                        "inputs_from_measures",
                        "load_inputs",
                        "load_unit_inputs",
                    ),
                },
            ),
            Section(
                "Points, ranks, and what would change them",
                "Exact points; each line says what it rests on.",
                {
                    "cchc_metrics.score": (
                        "score_scheme",
                        "score_units",
                        "Scorecard",
                        "Line",
                        "rank_units",
                        "Ranking",
                        "what_if",
                        "WhatIf",
                        "cheapest_way",
                        "CheapestWay",
                    ),
                },
            ),
        ),
    ),
    "snapshots": (
        "Snapshots",
        (
            Section(
                "What was reported",
                "Figures kept whole, what has become of them since, and whether they come out again.",
                {
                    "cchc_metrics.snapshot.model": ("Snapshot",),
                    "cchc_metrics.snapshot.changes": ("FigureChanges", "RowChanges"),
                    "cchc_metrics.provenance.verify": ("Verification",),
                },
            ),
        ),
    ),
    "testing": (
        "Testing",
        (
            Section(
                "Strategies",
                "Hypothesis strategies for those who embed the library: valid records, in the spread that real files have.",
                {
                    "cchc_metrics.testing": (
                        "records",
                        "dossiers",
                        "dossier_events",
                        "procedures",
                        "documents",
                        "meetings",
                        "outreach_activities",
                        "adoptions",
                        "survey_answers",
                        "petitions",
                        "assigned_tasks",
                        "inspections",
                        "periodic_reports",
                        "legal_documents",
                        "moments",
                    ),
                },
            ),
        ),
    ),
}
"""Page → its title and its sections. Errors have a page of their own, docs/errors.md, with an example each."""
