"""Rules are data: named, frozen, complete, and each of their options decides something."""

from __future__ import annotations

import json
from datetime import date, time
from typing import Any, get_args

import pytest
from hypothesis import given
from tests.slow import draw
from tests.slow.dossiers_slow import WRITTEN

from cchc_metrics.errors import CatalogueError, CchcError
from cchc_metrics.records.boundary_free import transfers
from cchc_metrics.records.columns import Columns, columns_of
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.records.dossier_event import DossierEvent
from cchc_metrics.records.dossier_timing import acceptance, class_dossiers, notice_is_late
from cchc_metrics.records.ends import end_days
from cchc_metrics.records.kind import Context
from cchc_metrics.records.waits import attach_events
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.rules import RuleOptions, Rules, rule_presets

PRESETS = ["default", "form06", "form06a", "bkav", "qd766", "gia_lai", "interlinked"]
NAMES = {"id", "vi", "en", "changes"}
OPENING = ((time(7), time(11, 30)), (time(13, 30), time(17)))


def options(name: str) -> tuple[Any, ...]:
    """Return the options of a rule that has a closed list of them, () for another."""
    annotation = Rules.model_fields[name].annotation
    return (False, True) if annotation is bool else get_args(annotation) if "Literal" in str(annotation) else ()


CLOSED = {name: options(name) for name in Rules.model_fields if options(name)}


# --- presets ----------------------------------------------------------------------------------------------------------------------------


def test_presets() -> None:
    assert list(rule_presets()) == PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_carries_its_own_name_and_says_whose_it_is(name: str) -> None:
    rules = Rules.preset(name)
    assert rules.id == name
    assert rules.vi
    assert rules.en


def test_the_national_portal_differs_from_the_default_in_what_its_rule_sheet_says() -> None:
    portal, default = Rules.preset("qd766"), Rules.preset("default")
    changed = {name: getattr(portal, name) for name in Rules.model_fields if getattr(portal, name) != getattr(default, name)}
    assert {name: value for name, value in changed.items() if name not in NAMES} == {
        "pauses": "subtract",
        "stopped": "ended",
        "refused": "ended",
        "two_supplements_late": True,
        "open_supplement": "judged_at_request",
    }


def test_the_form_as_printed_and_the_software_differ_in_what_they_are_known_for() -> None:
    def beside(name: str, base: str) -> dict[str, object]:
        rules, other = Rules.preset(name), Rules.preset(base)
        return {o: getattr(rules, o) for o in Rules.model_fields if o not in NAMES and getattr(rules, o) != getattr(other, o)}

    assert beside("form06a", "form06") == {"refused": "ended", "unresolved": "on_due_date", "open_supplement": "in_time"}
    assert beside("bkav", "default") == {"end": "approval_hand_over", "open_supplement": "judged_at_request"}


def test_an_unknown_preset_names_the_nearest() -> None:
    with pytest.raises(CatalogueError, match="qd766") as caught:
        Rules.preset("qd677")
    assert "qd677" in str(caught.value)


# --- values -----------------------------------------------------------------------------------------------------------------------------


@given(draw.rules())
def test_rules_round_trip_through_json(rules: Rules) -> None:
    again = Rules.model_validate(json.loads(rules.model_dump_json()))
    assert again == rules
    assert hash(again) == hash(rules)


def test_opening_hours_round_trip_through_json() -> None:
    rules = Rules(id="own", opening_hours=OPENING)
    assert Rules.model_validate_json(rules.model_dump_json()) == rules


def test_rules_do_not_change() -> None:
    with pytest.raises(CchcError):
        Rules.preset("default").pauses = "subtract"  # type: ignore[misc]  # that it cannot be set is the point


@pytest.mark.parametrize(
    "wrong",
    [
        {"pauses": "stop"},
        {"pause": "shift"},
        {"id": ""},
        {"opening_hours": [["07:00", "07:00"]]},
        {"opening_hours": [["13:30", "17:00"], ["07:00", "11:30"]]},
        {"opening_hours": [["07:00", "14:00"], ["13:30", "17:00"]]},
    ],
    ids=str,
)
def test_what_is_not_a_rule_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(CchcError):
        Rules.model_validate({"id": "own", **wrong})


@pytest.mark.parametrize("name", sorted(set(Rules.model_fields) - NAMES))
def test_every_rule_is_described(name: str) -> None:
    assert f"{name}: " in f"{Rules.__doc__}{RuleOptions.__doc__}"


def test_the_slow_reference_knows_no_rule_that_is_not_there() -> None:
    assert set(WRITTEN) == set(CLOSED)
    assert [name for name, known in WRITTEN.items() if not set(known) <= set(CLOSED[name])] == []


# --- every option decides something -----------------------------------------------------------------------------------------------------

SATURDAY = date(2021, 3, 6)
DONE: dict[str, Any] = {"status": "9", "ended_at": "08/03/2021", "due_at": "05/03/2021"}
ASKED: list[tuple[str, str, str | None]] = [("supplement_requested", "03/03/2021", None), ("supplement_received", "10/03/2021", None)]
CASES: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any], list[tuple[str, str, str | None]]]] = [
    # the option, the rules it is compared with, the dossier, its events
    ({"pauses": "subtract"}, {}, {**DONE, "paused_days": 1}, []),
    ({"pauses": "restart"}, {}, {"status": "4", "term": 5, "term_unit": "working_days"}, ASKED),
    ({"end": "approval"}, {}, {**DONE, "approved_at": "04/03/2021"}, []),
    ({"end": "approval_hand_over"}, {"end": "approval"}, {**DONE, "ended_at": "08/03/2021", "returned_at": "09/03/2021"}, []),
    ({"end": "hand_over"}, {}, {**DONE, "returned_at": "09/03/2021"}, []),
    ({"compare": "instants"}, {}, {"status": "9", "due_at": "05/03/2021 08:00", "ended_at": "05/03/2021 09:00"}, []),
    ({"stopped": "ended"}, {}, {**DONE, "status": "8"}, []),
    ({"withdrawn": "excluded"}, {}, {**DONE, "status": "7"}, []),
    ({"refused": "ended"}, {}, {**DONE, "status": "3"}, []),
    ({"missing_due": "on_time"}, {}, {**DONE, "due_at": None}, []),
    ({"missing_due": "on_time"}, {}, {"status": "4"}, []),
    ({"given_due": "ignored"}, {}, {**DONE, "term": 2, "term_unit": "working_days"}, []),
    ({"given_due_includes_pauses": False}, {}, {**DONE, "paused_days": 1}, []),
    ({"appointment": "current"}, {}, DONE, [("reappointed", "04/03/2021", "12/03/2021")]),
    ({"two_supplements_late": True}, {}, {**DONE, "ended_at": "03/03/2021", "supplement_requests": 2}, []),
    ({"open_supplement": "judged_at_request"}, {"pauses": "subtract"}, {"status": "5", "due_at": "05/03/2021"}, ASKED[:1]),
    ({"open_supplement": "in_time"}, {"open_supplement": "judged_at_request"}, {"status": "5", "due_at": "02/03/2021"}, ASKED[:1]),
    ({"open_supplement": "in_time"}, {"open_supplement": "judged_at_request"}, {"status": "6", "due_at": "02/03/2021"}, []),
    ({"unresolved": "on_due_date"}, {}, {**DONE, "status": "7"}, []),
    ({"received_on_day_off": "forward"}, {}, {"status": "4", "received_at": SATURDAY, "term": 1, "term_unit": "working_days"}, []),
    ({"received_on_day_off": "back"}, {}, {"status": "4", "received_at": SATURDAY, "term": 3, "term_unit": "calendar_days"}, []),
    ({"calendar_terms": "stay"}, {}, {"status": "4", "term": 5, "term_unit": "calendar_days"}, []),
    ({"boundary_free_clock": "competent"}, {}, {"status": "4", "term": 1, "term_unit": "months", "boundary_free": "yes"}, []),
    ({"transfer_cut_off": time(15)}, {}, {"status": "4", "received_elsewhere_at": "24/02/2021"}, []),
    ({"cut_off": time(16)}, {}, {"status": "4", "received_at": "01/03/2021 16:30", "term": 1, "term_unit": "working_days"}, []),
    ({"closed_after": 15}, {}, {"status": "5"}, ASKED[:1]),
    ({"notice_hours": 8}, {}, {"status": "5"}, ASKED[:1]),
    ({"two_reappointments_late": True}, {}, {**DONE, "ended_at": "03/03/2021", "reappointments": 2}, []),
    ({"opening_hours": OPENING}, {}, {"status": "4", "received_at": "01/03/2021 08:00", "term": 4, "term_unit": "hours"}, []),
    (
        {"acceptance_hours": 4},
        {"opening_hours": OPENING},
        {"status": "4", "channel": "2", "submitted_at": "01/03/2021 08:00", "received_at": "01/03/2021 15:00"},
        [],
    ),
]


def derived(rules: Rules, dossier: dict[str, Any], events: list[tuple[str, str, str | None]]) -> list[Any]:
    row = Dossier.model_validate({"dossier_id": "1", "unit_code": "TM", "received_at": date(2021, 3, 1), **dossier})
    story = [DossierEvent.model_validate({"dossier_id": "1", "kind": k, "happened_at": at, "due_at": due}) for k, at, due in events]
    columns: Columns = attach_events(columns_of(Dossier, [row]), columns_of(DossierEvent, story))
    context = Context(rules, Calendar.official())
    timed = class_dossiers(columns, context, end_days(columns, context.rules))
    found = [getattr(timed, name)[0] for name in type(timed).__slots__ if name != "through"]
    clocks = [*acceptance(columns, timed.received, context), *transfers(columns, timed.received, rules, context.calendar)]
    return [*found, *(column[0] for column in clocks), notice_is_late(columns, rules, context.calendar)[0]]


@pytest.mark.parametrize(("option", "beside", "dossier", "events"), CASES, ids=[str(case[0]) for case in CASES])
def test_every_option_decides_something(
    option: dict[str, Any],
    beside: dict[str, Any],
    dossier: dict[str, Any],
    events: list[tuple[str, str, str | None]],
) -> None:
    base = Rules.model_validate({"id": "own", **beside})
    assert derived(base, dossier, events) != derived(base.model_copy(update=option), dossier, events)


def test_no_option_is_left_out_above() -> None:
    default = Rules(id="own")
    every = {(name, value) for name, values in CLOSED.items() for value in values if value != getattr(default, name)}
    shown = {(name, value) for option, *_ in CASES for name, value in option.items() if name in CLOSED}
    assert shown == every
    assert {name for option, *_ in CASES for name in option} == set(Rules.model_fields) - NAMES
