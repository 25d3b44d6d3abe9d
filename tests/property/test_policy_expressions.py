"""The policy language against a second opinion, and against whatever anybody may write."""

import json

import numpy as np
from fraudstream.errors import PolicyError
from fraudstream.policy import compile_policy, read_policy
from hypothesis import example, given, settings
from hypothesis import strategies as st

from operate.rules.reading import read_rules_text
from tests.policies import Table, document, named_list, rule
from tests.property.expressions import NUMBERS, TEXTS, conditions, rows
from tests.reliability.proof import proves, tried

_ENTRIES = ({"value": "a", "until": "1970-01-01T00:00:00.005Z"}, {"value": "b", "until": "9999-12-31T00:00:00Z"})
_LISTS = [named_list(*_ENTRIES, name="listed", effect="none")]
_WORDS = (
    *("amount", "card_id", "score", "listed", "nothing", "and", "or", "not", "in", "is", "missing", "true", "false"),
    *("(", ")", "[", "]", ",", "==", "!=", "<", "<=", ">", ">=", "=", "+", "-", "*", "/", "%", "abs(", "min("),
    *("starts_with(", "'a'", '"b"', "'", "1", "0.5", "1e9", "1_0", "\n", " ", "\u00e9", "\x00", "4111111111111111"),
)
_YAML = ("- ", "a: ", "&a ", "*a", "!!x ", "[", "{", "\n", "  ", "|", ">", "'", "version: 1\n", "---\n")


def columns(given_rows):
    """Rows as `Columns`."""
    named = {name: [np.nan if row[name] is None else row[name] for row in given_rows] for name in NUMBERS}
    return Table(len(given_rows), named | {name: [row[name] for row in given_rows] for name in TEXTS})


def compiled(text):
    """A policy of one rule; none where the expression names nothing, which is refused."""
    try:
        return compile_policy(read_policy(document(rule(text), lists=_LISTS)))
    except PolicyError as error:
        if "names no field" in error.what or "nested" in error.what:
            return None
        raise


@settings(max_examples=400, deadline=None)
@given(condition=conditions, given_rows=rows())
def test_compiled_to_columns_it_says_of_each_row_what_it_says_of_the_row_alone(condition, given_rows):
    """Three-valued logic, precedence, rounding, lists with their ends: a rule fires exactly where it is true."""
    policy = compiled(condition.text)
    if policy is None:
        return
    now = np.array([row["now"] for row in given_rows])
    fired = policy.evaluate(columns(given_rows), now).matrix[:, 0].tolist()
    assert fired == [condition.of(row) is True for row in given_rows]
    tried()


@settings(max_examples=100, deadline=None)
@given(condition=conditions, given_rows=rows(), data=st.data())
def test_the_order_of_rows_and_their_company_change_nothing(condition, given_rows, data):
    """Each row is judged by itself."""
    policy = compiled(condition.text)
    if policy is None:
        return
    order = data.draw(st.permutations(range(len(given_rows))))
    some = order[: data.draw(st.integers(1, len(order)))]
    fired = policy.evaluate(columns(given_rows), 7).matrix[:, 0]
    assert policy.evaluate(columns([given_rows[at] for at in some]), 7).matrix[:, 0].tolist() == fired[some].tolist()


@settings(max_examples=150, deadline=None)
@given(condition=conditions, given_rows=rows())
def test_a_condition_and_its_opposite_never_both_hold_and_neither_only_where_it_is_unknown(condition, given_rows):
    """What is not known to be true is not thereby known to be false."""
    policy, opposite = compiled(condition.text), compiled(f"not ({condition.text})")
    if policy is None or opposite is None:
        return
    fired = policy.evaluate(columns(given_rows), 7).matrix[:, 0]
    other = opposite.evaluate(columns(given_rows), 7).matrix[:, 0]
    assert not (fired & other).any()
    unknown = [condition.of({**row, "now": 7}) is None for row in given_rows]
    assert (~fired & ~other).tolist() == unknown


@proves(faults=[23])
@settings(max_examples=400, deadline=1_000)
@given(words=st.lists(st.one_of(st.sampled_from(_WORDS), st.text(max_size=5)), max_size=60))
@example(words=["("] * 60)
@example(words=["not "] * 60)
@example(words=["-"] * 60 + ["amount>1"])
def test_any_text_as_an_expression_is_refused_with_its_place_or_evaluated(words):
    """Nothing else is ever raised, and it never takes long."""
    text = " ".join(words)
    try:
        policy = compile_policy(read_policy(document(rule(text), lists=_LISTS)))
    except PolicyError as error:
        place, said = error.path[:2], str(error)
    else:
        policy.evaluate(Table(3, {}), 0)
        place, said = (), ""
    assert place in ((), ("rules", 0))
    assert "4111111111111111" not in said
    tried()


_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=8), st.sampled_from(_WORDS)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(
                ["version", "rules", "lists", "thresholds", "snoozes", "name", "when", "of", "entries", "x"]
            ),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=20,
)


@proves(faults=[23])
@settings(max_examples=300, deadline=2_000)
@given(text=st.one_of(st.binary(max_size=200), _json.map(lambda value: json.dumps(value).encode())))
def test_any_bytes_as_a_document_are_refused_or_are_a_policy(text):
    """Nothing but a `PolicyError` is raised."""
    try:
        compile_policy(read_policy(text)).evaluate(Table(2, {}), 0)
    except PolicyError:
        tried()


@proves(faults=[23])
@settings(max_examples=300, deadline=2_000)
@given(
    text=st.one_of(
        st.text(max_size=200), _json.map(json.dumps), st.lists(st.sampled_from(_YAML), max_size=30).map("".join)
    )
)
def test_any_text_as_yaml_is_refused_with_its_place_or_is_a_policy(text):
    """What an author saves half-written never ends in a traceback."""
    try:
        read_rules_text(text)
    except PolicyError:
        tried()
