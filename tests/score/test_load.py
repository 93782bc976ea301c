"""A scheme file: what it says, what is wrong with it (all at once, each with its place), and that it is written back as it was read."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.errors import CatalogueError, CchcError, MistakesError
from cchc_metrics.score import Scheme, SchemeError, check_scheme, dump_scheme, load_scheme, with_choices
from cchc_metrics.score.builtin import BUILTIN, builtin_text, load_builtin

TEXT = builtin_text("district_example")


def mistakes(text: str, **options: Any) -> list[str]:
    with pytest.raises(SchemeError) as found:
        load_scheme(text, file="own.toml", **options)
    assert len(found.value.vi.split("\n")) == len(found.value.en.split("\n"))
    return found.value.en.split("\n")


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


# --- one mistake each: what is replaced, by what, and what must be said

FORM: list[tuple[str, str, str, str]] = [
    (
        "a mistyped key of a step",
        "{ count = 2, points = 1 }",
        "{ count = 2, point = 1 }",
        "«A.4».rule.steps[2].point: unknown key; did you mean «points»?",
    ),
    (
        "a mistyped key of a nested rule",
        'input = "disciplined_officials"',
        'inputs = "x"',
        "«E.2».rule.rule.inputs: unknown key; did you mean «input»?",
    ),
    ("an unknown key", 'version = "2022"', 'version = "2022"\nround_total = 2', "round_total: unknown key"),
    ("a mistyped key", "available_at_least = 100", "availble_at_least = 100", "did you mean «available_at_least»?"),
    ("a missing name", 'vi = "Báo cáo định kỳ"\n', "", "fields[1].criteria[2] «A.2».vi: missing"),
    ("an unknown shape", 'shape = "per_case", each = "0,5"', 'shape = "per_cases", each = "0,5"', "did you mean «per_case»?"),
    ("no shape", 'shape = "full_at", target = 95 }', "target = 95 }", "shape is missing"),
    ("a mistyped key of a rule", "threshold = 80", "treshold = 80", "did you mean «threshold»?"),
    ("a number that is none", "zero_at = 50", 'zero_at = "năm mươi"', "«F.1».rule.zero_at"),
    ("a negative target", "target = 50", "target = -50", "must be more than 0"),
    (
        "a mistyped key of a band",
        "{ at_least = 30, points = 2 }",
        "{ atleast = 30, points = 2 }",
        "«A.3».rule.bands[1].atleast: unknown key; did you mean «at_least»?",
    ),
    ("a band with two lower ends", "{ at_least = 30, points = 2 }", "{ at_least = 30, more_than = 30, points = 2 }", "not both"),
    ("an empty band", "{ at_least = 20, less_than = 30,", "{ at_least = 30, less_than = 30,", "holds no number"),
    ("an unknown date", 'date_of = "issued"', 'date_of = "isued"', "did you mean «issued»?"),
    ("a day that there is not", 'by_day = "31/01"', 'by_day = "31/02"', "there is no day 31/02"),
    ("a way that there is not", '["appraised", "measured"]', '["apraised"]', "did you mean «appraised»?"),
    (
        "an unknown no_case",
        'no_case = "full"\nrule = { shape = "cliff"',
        'no_case = "ful"\nrule = { shape = "cliff"',
        "did you mean «full»?",
    ),
    (
        "a rule and components",
        "max = 5\n\n[[fields.criteria.components]]",
        'max = 5\nrule = { shape = "linear" }\n\n[[fields.criteria.components]]',
        "not both",
    ),
    ("no rule", 'rule = { shape = "assessed" }\n', "", "«D.1»: a rule is needed"),
    (
        "a condition of two kinds",
        '{ input = "reports_missing", at_least = 1 }',
        '{ input = "reports_missing", all_of = ["x"] }',
        "exactly one",
    ),
    ("a cap on a core field", 'en = "Organisation"\n', 'en = "Organisation"\ncap = 3\n', "cap goes with"),
    ("a threshold as a fraction", "available_at_least = 100", "available_at_least = 0.95", "is a percentage, of 100: write 95, not 0.95"),
    ("a gate as a fraction", "below = 70", "below = 0.7", "is a percentage, of 100"),
    ("a threshold above 100", "available_at_least = 100", "available_at_least = 101", "0 to 100"),
    ("a float that is no number", "max = 100", "max = nan", "a number is needed"),
    ("rounding to half a digit", "max = 100", "max = 100\nround = 0.5", "a whole number is needed"),
    ("a mistyped key in the middle of a list", "{ at_least = 20, less_than", "{ at_last = 20, less_than", "«A.3».rule.bands[2].at_last: "),
]
# What has the right form and does not fit together.
MEANING: list[tuple[str, str, str, str]] = [
    ("criteria that do not add up", 'en = "Organisation"\nmax = 10', 'en = "Organisation"\nmax = 11', "the criteria add up to 10, not 11"),
    ("fields that do not add up", "max = 100", "max = 99", "max: the fields add up to"),
    (
        "components that do not add up",
        'en = "The year\'s plan"\nmax = 5',
        'en = "The year\'s plan"\nmax = 4',
        "the components add up to 5, not 4",
    ),
    ("an id that is taken", 'id = "B.2"', 'id = "B.1"', "the id is already at fields[2].criteria[1] «B.1»"),
    ("a gap between bands", "{ less_than = 20, points = 0 }", "{ less_than = 19, points = 0 }", "no band holds ≥ 19, < 20"),
    ("an end that no band holds", "{ at_least = 100, points = 1 }", "{ more_than = 100, points = 1 }", "no band holds 100"),
    ("bands that overlap", "{ less_than = 20, points = 0 }", "{ at_most = 20, points = 0 }", "shares 20 with band 2"),
    (
        "points that no input earns",
        "{ at_least = 30, points = 2 }",
        '{ at_least = 30, points = "1,5" }',
        "earns 1.5 at most, the maximum is 2",
    ),
    ("more than the maximum", "{ count = 4, points = 2 }", "{ count = 4, points = 3 }", "can earn 3, more than the maximum 2"),
    (
        "a band out of reach",
        "{ at_least = 30, points = 2 },",
        "{ at_least = 30, at_most = 100, points = 2 }, { more_than = 100, points = 2 },",
        "lies outside 0 – 100",
    ),
    ("a gap between bands of the total", 'en = "Fair", at_least = 70', 'en = "Fair", at_least = 75', "bands: no band holds ≥ 70, < 75"),
    ("bands as fractions", 'en = "Fair", at_least = 70', 'en = "Fair", at_least = 0.7', "«fair»: 0.7 is a percentage, of 100: write 95"),
    (
        "bands of the total that overlap",
        'en = "Fair", at_least = 70, less_than = 80',
        'en = "Fair", at_least = 70, at_most = 80',
        "shares 80 with «Good»",
    ),
    ("a gate to no band", 'best = "good"', 'best = "god"', "there is no band «god»"),
    (
        "an input of two kinds",
        'when = "staff_within_quota"',
        'when = "reports_late"',
        "«reports_late» is a flag here and a number elsewhere",
    ),
    ("an indicator that is not in the catalogue", '"resolved_on_time"', '"resolved_ontime"', "did you mean «resolved_on_time»?"),
    ("an input that nothing reads", '"G.1" = "electronic_exchange"', '"G.9" = "electronic_exchange"', "no criterion reads «G.9»"),
]


@pytest.mark.parametrize(("old", "new", "said"), [pytest.param(*m[1:], id=m[0]) for m in FORM + MEANING])
def test_a_mistake_is_named_with_its_place(old: str, new: str, said: str) -> None:
    assert old in TEXT
    changed = TEXT.replace(old, new, 1)
    found = [line for line in mistakes(changed, indicators=default_catalogue().indicators) if said in line]
    assert found
    number = re.match(r"own\.toml:(\d+): ", found[0])
    assert number
    first, last = table_around(changed, TEXT.index(old))
    assert first <= int(number[1]) <= last


def table_around(text: str, position: int) -> tuple[int, int]:
    """Return the first and last line of the table that a position lies in, its heading included."""
    headings = [n for n, line in enumerate(text.split("\n"), start=1) if line.startswith("[")]
    here = text.count("\n", 0, position) + 1
    return max((n for n in headings if n <= here), default=1), min((n for n in headings if n > here), default=text.count("\n") + 2) - 1


# Form first: whether a scheme fits together is looked at when all of it has the form.
@given(st.one_of(*(st.lists(st.sampled_from(some), min_size=2, max_size=4, unique=True) for some in (FORM, MEANING))))
def test_several_mistakes_are_all_named_at_once(chosen: list[tuple[str, str, str, str]]) -> None:
    text, reported = TEXT, {}
    for _, old, new, said in chosen:
        table = table_around(TEXT, TEXT.index(old))
        if table not in reported:  # one in each table, so that none takes the ground from under another
            text = text.replace(old, new, 1)
            reported[table] = said
    found = mistakes(text, indicators=default_catalogue().indicators)
    hidden = {"cap goes with", "not both", "exactly one", "«D.1»: a rule is needed"}  # reported once the parts of their table have the form
    for said in reported.values():
        assert any(said in line for line in found) or said in hidden, (said, found)


def test_the_line_is_that_of_the_key_or_of_its_table() -> None:
    changed = TEXT.replace("threshold = 80", "treshold = 80").replace('en = "Organisation"\nmax = 10', 'en = "Organisation"\nmax = "x"')
    found = mistakes(changed)
    number, rule = line_of(changed, 'max = "x"'), line_of(changed, "treshold")
    assert any(line.startswith(f"own.toml:{number}: fields[4] «D».max: ") for line in found)
    assert any(line.startswith(f"own.toml:{rule}: fields[5].criteria[1] «E.1».rule.treshold: ") for line in found)
    assert any("rule.threshold: missing" in line for line in found)


def test_what_is_no_toml_is_said() -> None:
    assert mistakes("a = ")[0].startswith("own.toml:1: not TOML")


def test_a_list_is_not_also_called_empty_when_its_items_are_wrong() -> None:
    assert not [line for line in mistakes(TEXT.replace('id = "A"', 'id = "-"')) if "must not be empty" in line]
    assert any("must not be empty" in line for line in mistakes(TEXT.partition("[indicators]")[0] + "fields = []"))


def test_mistakes_can_be_left_for_later() -> None:
    scheme = load_scheme(TEXT.replace("max = 100", "max = 99"), checked=False)
    assert [f.code for f in check_scheme(scheme)] == ["total"]


# --- variants

VARIANTS = builtin_text("qd766")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"4.2:rule"', '"4.9:rule"', "variants.sheet.choices.4.9:rule: there is no «4.9»"),
        ('"4.2:rule"', '"rule"', "write «id:key»"),
        ('"4.2:rule"', '"4.2:rule.steps.1"', "there is no «steps»"),
        ("target = 80 } }", "targt = 80 } }", "variants.sheet.choices: fields[3].criteria[1].components[2] «4.2».rule.targt: unknown key"),
        (
            '{ shape = "full_at", target = 80 } }',
            '{ shape = "steps", steps = [{ count = 1, points = 9 }] } }',
            "variants.sheet.choices: fields[3]",
        ),
        ("[variants.seen]\n", "[variants]\nseen = 3\n[variants.else]\n", "variants.seen: «3»: a table is needed"),
        ('default_variant = "seen"', 'default_variant = "sen"', "did you mean «seen»?"),
        ('default_variant = "seen"\n', "", "there is no variant «»"),
        ('en = "as the portal\'s rule sheet says"\n', "", "variants.sheet.en: missing"),
    ],
)
def test_a_mistake_in_a_variant_is_found_whichever_is_loaded(old: str, new: str, said: str) -> None:
    assert old in VARIANTS
    found = mistakes(VARIANTS.replace(old, new, 1))
    assert any(said in line for line in found), found


def test_a_mistake_of_the_scheme_is_not_reported_for_each_variant() -> None:
    assert len(mistakes(VARIANTS.replace("round = 2", "rond = 2", 1))) == 1
    found = mistakes(VARIANTS.replace("max = 100", "max = 99", 1))
    assert len(found) == 1
    assert "variants" not in found[0]


def test_variants_must_be_tables() -> None:
    text = "variants = 3\n" + TEXT
    assert mistakes(text)[0].endswith("write it as tables [variants.<name>]")


def test_a_variant_that_there_is_not() -> None:
    assert any("did you mean «sheet»?" in line for line in mistakes(VARIANTS, variant="shet"))
    assert load_scheme(VARIANTS, variant="sheet").variant == "sheet"
    assert load_scheme(VARIANTS).variant == "seen"


# --- what check_scheme finds beyond


def test_bands_and_gates_that_name_each_other_wrongly() -> None:
    band = '{ id = "fair", vi = "Khá"'
    assert any("band «good» occurs twice" in line for line in mistakes(TEXT.replace(band, '{ id = "good", vi = "Khá"')))
    gate = '{ of = "field", below = 70'
    found = mistakes(TEXT.replace(gate, '{ of = "field", ids = ["A", "A.1"], below = 70'))
    assert [line.split(": ", 1)[1] for line in found] == ["gates[1].ids[2]: there is no field «A.1»"]


def test_what_a_reader_should_look_at_is_a_note_and_no_mistake() -> None:
    text = TEXT.replace('source = "ví dụ | example"', "", 1).replace(
        'no_case = "not_applicable"\nrule = { shape = "best_of"', 'rule = { shape = "best_of"'
    )
    notes = check_scheme(load_scheme(text))
    assert {note.code for note in notes} == {"no_source", "no_case"}
    assert not any(note.mistake for note in notes)
    assert [note.place for note in notes if note.code == "no_case"] == ["fields[7].criteria[2] «G.2»"]


def test_an_item_of_a_scheme_is_found_by_its_id() -> None:
    scheme = load_builtin("district_example")
    assert scheme["A.1.3"].en == "Tasks of the plan that are done"
    with pytest.raises(CchcError, match=r"did you mean «A\.1\.3»"):
        scheme["A.1.33"]


# --- choices


def test_a_choice_changes_one_thing() -> None:
    scheme = load_builtin("district_example")
    changed = with_choices(scheme, {"C.1:rule.bands.2.points": "9/10", ":rescale": "field", "G.1:rule.target": 90})
    assert changed.rescale == "field"
    assert changed != scheme
    assert with_choices(changed, {"C.1:rule.bands.2.points": "7/8", ":rescale": "total", "G.1:rule.target": 95}) == scheme
    assert with_choices(scheme, {}) == scheme
    assert with_choices(scheme, {"A.3:rule.bands.1": {"more_than": 30, "points": 2}}) != scheme


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"C.11:max": 1}, "did you mean «C.1»?"),
        ({"max": 1}, "id:key"),
        ({"C.1:rule.bands.9.points": 1}, "there is no «9»"),
        ({"C.1:rule.bands.9": {"points": 1}}, "there is no «9»"),
    ],
)
def test_a_choice_of_what_there_is_not(choices: dict[str, Any], said: str) -> None:
    with pytest.raises(CatalogueError, match=re.escape(said)):
        with_choices(load_builtin("district_example"), choices)


def test_a_choice_that_does_not_fit() -> None:
    with pytest.raises(MistakesError, match=r"«C\.1»\.max: cannot read the number «x»"):
        with_choices(load_builtin("district_example"), {"C.1:max": "x"})


# --- writing


@pytest.mark.parametrize("name", BUILTIN)
def test_a_built_in_scheme_is_written_as_it_was_read(name: str) -> None:
    scheme = load_builtin(name)
    assert load_scheme(dump_scheme(scheme)) == scheme
    assert dump_scheme(load_scheme(dump_scheme(scheme))) == dump_scheme(scheme)


IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,5}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(lambda t: t.strip() != "")
NUMBERS = st.one_of(st.integers(0, 50), st.fractions(0, 50, max_denominator=30))
POSITIVE = st.one_of(st.integers(1, 50), st.integers(1, 400).map(lambda n: Fraction(n, 7)))
CONDITIONS = st.recursive(
    st.one_of(
        IDS,
        st.builds(lambda i, e: {"input": i, "equals": e}, IDS, st.one_of(st.booleans(), TEXTS)),
        st.builds(lambda i, n: {"input": i, "more_than": n}, IDS, NUMBERS),
    ),
    lambda inner: st.builds(
        lambda key, cs: {key: cs}, st.sampled_from(["all_of", "any_of", "none_of"]), st.lists(inner, min_size=1, max_size=2)
    ),
    max_leaves=3,
)
RULES = st.recursive(
    st.one_of(
        st.builds(lambda c, n: {"shape": "yes_no", "when": c, "otherwise": n}, CONDITIONS, NUMBERS),
        st.builds(lambda ls: {"shape": "levels", "levels": ls}, st.dictionaries(TEXTS, NUMBERS, min_size=1, max_size=3)),
        st.builds(lambda i, f: {"shape": "linear", "input": i, "full": f}, IDS, POSITIVE),
        st.builds(
            lambda a, n: {"shape": "bands", "bands": [{"at_least": a, "points": n}, {"less_than": a, "points": 0}]}, NUMBERS, NUMBERS
        ),
        st.builds(lambda e, f: {"shape": "deduct", "each": e, "floor": f}, POSITIVE, st.sampled_from(["none", 0, -2])),
        st.builds(
            lambda d, y: {"shape": "deadline", "date_of": "sent", "due": [{"by_day": "29/02", "years_after": y, "points": d}]},
            NUMBERS,
            st.integers(-1, 1),
        ),
        st.builds(lambda d, n: {"shape": "deadline", "date_of": "done", "due": [{"by": d, "points": n}]}, st.dates(), NUMBERS),
        st.just({"shape": "relative", "to": "mean", "better": "lower"}),
    ),
    lambda inner: st.one_of(
        st.builds(
            lambda a, b, m: {"shape": "sum", "parts": [{"rule": a, "max": m}, {"rule": b, "no_case": "full"}]}, inner, inner, NUMBERS
        ),
        st.builds(lambda a, c: {"shape": "zero_if", "when": c, "rule": a}, inner, CONDITIONS),
    ),
    max_leaves=3,
)


def _named(draw: st.DrawFn, ids: set[str]) -> dict[str, Any]:
    name = draw(IDS.filter(lambda i: i not in ids))
    ids.add(name)
    return {"id": name, "vi": draw(TEXTS), "en": draw(TEXTS)}


@st.composite
def schemes(draw: st.DrawFn) -> Scheme:
    ids: set[str] = set()
    optional: Callable[[st.SearchStrategy[Any]], Any] = lambda strategy: draw(st.one_of(st.none(), strategy))  # noqa: E731  three words

    def leaf() -> dict[str, Any]:
        return {
            **_named(draw, ids),
            "max": optional(NUMBERS),
            "rule": draw(RULES),
            "counts": draw(st.lists(st.sampled_from(["self", "appraised"]), max_size=2)),
            "no_case": optional(st.sampled_from(["full", "zero"])),
            "round": optional(st.integers(0, 4)),
            "exclusions": draw(st.booleans()),
            "note_vi": optional(TEXTS) or "",
        }

    def criterion() -> dict[str, Any]:
        if draw(st.booleans()):
            return leaf()
        return {**_named(draw, ids), "components": [leaf() for _ in range(draw(st.integers(1, 2)))]}

    fields = [
        {**_named(draw, ids), "criteria": [criterion() for _ in range(draw(st.integers(1, 2)))]} for _ in range(draw(st.integers(1, 2)))
    ]
    return Scheme.model_validate(
        {
            **_named(draw, ids),
            "version": draw(TEXTS),
            "source": draw(TEXTS),
            "example": draw(st.booleans()),
            "valid_to": optional(st.dates()),
            "available_at_least": draw(st.integers(0, 100).filter(lambda n: n != 1)),
            "bands": [{"id": "b", "vi": draw(TEXTS), "en": draw(TEXTS), "at_least": draw(NUMBERS)}],
            "gates": draw(st.lists(st.just({"below": Fraction(100, 3), "best": "b"}), max_size=1)),
            "fields": fields,
        }
    )


@settings(max_examples=50)
@given(schemes())
def test_a_scheme_is_read_as_it_was_written(scheme: Scheme) -> None:
    assert load_scheme(dump_scheme(scheme), checked=False) == scheme


@settings(max_examples=50)
@given(schemes())
def test_checking_never_fails_and_every_finding_has_a_place(scheme: Scheme) -> None:
    for finding in check_scheme(scheme):
        assert finding.place
        assert finding.text.vi
        assert finding.text.en


OWN = """
id = "own"
version = "2022"
vi = "Ví dụ"
en = "Example"
source = "ví dụ"
indicators = {{ a = "{indicator}" }}
[[fields]]
id = "A"
vi = "Hồ sơ"
en = "Dossiers"
[[fields.criteria]]
id = "a"
vi = "Tỷ lệ"
en = "Rate"
max = 2
no_case = "full"
rule = {rule}
"""
BETTER_FROM = [
    ('{ shape = "full_at", target = 0.95 }', ["target"]),
    ('{ shape = "full_at", target = 1 }', ["target"]),
    ('{ shape = "linear", full = 1 }', ["full"]),
    ('{ shape = "threshold_linear", threshold = 0.8 }', ["threshold"]),
    ('{ shape = "threshold_linear", threshold = 0.8, full = 0.95 }', ["threshold", "full"]),
    ('{ shape = "cliff", full_from = 1, part_from = 0.9, part = 1 }', ["full_from", "part_from"]),
    ('{ shape = "between", zero_at = 0, full_at = 0.95 }', ["full_at"]),
    ('{ shape = "bands", bands = [{ at_least = 0.9, points = 2 }, { less_than = 0.9, points = 0 }] }', ["at_least"]),
    (
        '{ shape = "best_of", alternatives = [{ rule = { shape = "full_at", target = 0.95 } }, { rule = { shape = "linear" } }] }',
        ["target"],
    ),
]
LESS_IS_BETTER = [
    '{ shape = "between", zero_at = 5, full_at = 0.5 }',
    '{ shape = "bands", bands = [{ at_most = 0.5, points = 2 }, { more_than = 0.5, points = 0 }] }',
    '{ shape = "full_at", target = 1.5 }',
]


def doubted(rule: str, indicator: str = "resolved_on_time") -> list[Any]:
    findings = check_scheme(load_scheme(OWN.format(rule=rule, indicator=indicator)))
    assert not any(finding.mistake for finding in findings)
    return [finding.path[-1] for finding in findings if finding.code == "doubtful_percent"]


@pytest.mark.parametrize(("rule", "keys"), BETTER_FROM)
def test_a_bound_of_one_or_less_of_a_rate_that_should_be_high_is_doubted_and_not_refused(rule: str, keys: list[str]) -> None:
    assert doubted(rule) == keys
    # of what is no percent, or should be low, it says what it means
    assert not doubted(rule, "turnaround_mean")


@pytest.mark.parametrize("rule", LESS_IS_BETTER)
def test_a_bound_up_to_which_less_is_better_is_a_rule(rule: str) -> None:
    assert not doubted(rule)


def test_the_packaged_schemes_have_no_doubtful_bound() -> None:
    for name in BUILTIN:
        assert not [finding for finding in check_scheme(load_builtin(name)) if finding.code == "doubtful_percent"]
