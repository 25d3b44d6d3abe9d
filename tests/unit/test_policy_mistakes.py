"""Documents that are refused: each mistake is told with its place, and what was probably meant."""

import json

import pytest
from fraudstream.errors import PolicyError
from fraudstream.policy import read_policy

from tests.policies import document, named_list, rule
from tests.reliability.proof import proves

UNTIL = "2026-12-24T18:00:00Z"


@proves(faults=[23])
@pytest.mark.parametrize(
    ("when", "column", "said"),
    [
        (
            "card_amont_rank >= 1",
            1,
            "no field, feature or list is called 'card_amont_rank'; did you mean 'card_amount_rank'?",
        ),
        ("amount >= 1 and foo > 2", 17, "no field, feature or list is called 'foo'"),
        ("amount", 1, "this is a number, where a condition is needed"),
        ("amount > 1 and hour_of_day", 16, "this is a number, where a condition is needed"),
        ("not amount", 5, "this is a number, where a condition is needed"),
        ("card_id", 1, "this is a text, where a condition is needed"),
        ("amount = 5", 8, "write == to compare"),
        ("amount > 5 && hour_of_day < 6", 12, "write `and`"),
        ("amount > 5 AND hour_of_day < 6", 12, "write 'and' in small letters"),
        ("amount => 5", 8, "write >="),
        ("amount > .5", 10, "the character '.' is not known here"),
        ("amount > 5x", 10, "not a number"),
        ("amount > 1e999", 10, "the number is too large"),
        ("amount > 'x'", 1, "a number is compared with a text"),
        ("card_id > 'x'", 1, "texts are compared by == and !=, not by >"),
        ("'a' == 'b'", 1, "two fixed texts"),
        ("entry_mode == 'chp'", 15, "entry_mode is never 'chp'; it is one of chip, contactless"),
        ("currency in ['EUR', 'USB']", 21, "currency is never 'USB'; did you mean"),
        ("card_id in denied", 12, "no list is called 'denied'"),
        ("card_id in stollen", 12, "did you mean 'stolen'?"),
        ("amount in stolen", 1, "lists hold texts"),
        ("stolen", 1, "'stolen' is a list: write `field in stolen`"),
        ("card_id in ['a', 5]", 18, "this is a number, where a text is needed"),
        ("amount in [card_id]", 12, "between [ and ] stand numbers and texts as written"),
        ("event_time > 'yesterday'", 14, "not a moment in UTC"),
        ("event_time > 5", 1, "a moment is compared with a number"),
        ("(amount > 1) == true", 2, "a condition is not compared"),
        ("amount + card_id > 1", 10, "this is a text, where a number is needed"),
        ("abs(amount, 1) > 1", 1, "'abs' is used as `abs(x)`"),
        ("abs > 1", 1, "'abs' is a function: write `abs(x)`"),
        ("absolute(amount) > 1", 1, "no function is called 'absolute'"),
        ("starts_with('a', 'b')", 1, "takes a field and a text in quotes"),
        ("amount > 1 is missing", 12, "there is 'is' where"),
        ("(amount + 1) is missing", 2, "only a field or a feature can be missing"),
        ("(amount > 1", 12, "the expression ends where `)` is expected"),
        ("amount > 1)", 11, "there is ')' where"),
        ("amount > 1 card_id", 12, "there is 'card_id' where"),
        ("amount >", 9, "the expression ends where"),
        ("merchant_city == 'Orl", 18, "the text is not closed"),
        ("amount in [1, 2", 16, "the expression ends where `,` or `]` is expected"),
        ("__import__('os')", 1, "no function is called '__import__'"),
        ("amount.real > 1", 7, "the character '.' is not known here"),
        ("(" * 30 + "amount > 1" + ")" * 30, 21, "nested more than 20 deep"),
    ],
)
def test_a_mistake_in_an_expression_is_told_with_line_column_and_a_caret(when, column, said):
    """The place is the first character of what is wrong, and stands under it."""
    with pytest.raises(PolicyError) as raised:
        read_policy(document(rule(f"amount > 0 or\n  {when}"), lists=[named_list("card_a")]))
    error = raised.value
    head, shown, carets = str(error).split("\n")
    assert said in error.what
    assert error.path == ("rules", 0, "when")
    assert head.startswith(f"rule 'large', line 2, column {column + 2}: ")
    assert carets.index("^") == column + 3
    assert shown.startswith("    ")


def test_an_expression_that_names_nothing_is_refused():
    """It would hold of every transaction or of none."""
    with pytest.raises(PolicyError, match="this names no field and no feature"):
        read_policy(document(rule("true or 1 < 2")))


@proves(faults=[23])
@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (b"{", "policy", "truncated"),
        (b'{"version":"\xff"}', "policy", "utf-8"),
        (b'{"x":' + b"[" * 5_000, "policy", ""),
        (b"[]", "policy", "Expected `object`, got `array`"),
        (document(rule(), unless=1), "policy", "unknown field `unless`"),
        (document(rule(outcome="deny")), "rules[0].outcome", "approve, review or block"),
        (document(rule(name="Large one")), "rules[0].name", "small letters"),
        (document(rule(when=5)), "rules[0].when", "Expected `str`"),
        (document(rule(when="")), "rules[0].when", "length"),
        (document(rule(because="")), "rules[0].because", "length"),
        (document(rule(when="amount > 1" + " " * 2_000)), "rules[0].when", "length"),
        (document(rule(), rule()), "rules[1].name", "'large' stands twice"),
        (document(rule(), version="../x"), "version", "letters, digits"),
        (document(rule(), lists=[named_list(name="large")]), "lists[0].name", "'large' stands twice"),
        (document(lists=[named_list(name="card_id")]), "lists[0].name", "'card_id' is the name of a field"),
        (document(lists=[named_list(of="card")]), "lists[0].of", "did you mean 'card_id'?"),
        (document(lists=[named_list(of="amount")]), "lists[0].of", "no text field is called 'amount'"),
        (document(lists=[named_list("a", "a")]), "lists[0].entries[1].value", "'a' stands twice"),
        (document(lists=[named_list("ZZZ", of="card_country")]), "lists[0].entries[0].value", "never 'ZZZ'"),
        (
            document(lists=[named_list({"value": "a", "until": "soon"})]),
            "lists[0].entries[0].until",
            "'soon' is no moment",
        ),
        (document(lists=[named_list(effect="none", shadow=True)]), "lists[0].shadow", "nothing to do in the shadow"),
        (document(thresholds={"review": 1.5}), "thresholds.review", "1.0"),
        (document(thresholds={"review": "high"}), "thresholds.review", ""),
        (document(thresholds={"review": 0.9, "block": 0.5}), "thresholds.review", "not be above block"),
        (document(snoozes=[{"until": UNTIL, "because": "b"}]), "snoozes[0]", "names one of"),
        (
            document(snoozes=[{"until": UNTIL, "because": "b", "rule": "r"}]),
            "snoozes[0].rule",
            "no rule or list is called",
        ),
        (document(snoozes=[{"until": "x", "because": "b", "card_id": "c"}]), "snoozes[0].until", "no moment"),
        (document(*[rule(name=f"r{n}") for n in range(201)]), "rules", "length"),
        (
            document(*[rule("amount > 1 or " * 130 + "amount > 2", name=f"r{n}") for n in range(60)]),
            "rules",
            "together",
        ),
        (document(lists=[named_list(*(f"c{n}" for n in range(50_001)))]), "lists", "more than 50,000 entries"),
        (b" " * (8 << 20) + b"{}", "policy", "larger than 8 MB"),
    ],
)
def test_a_document_that_is_wrong_is_refused_with_the_place_of_the_mistake(text, place, said):
    """Nothing is evaluated that was not understood."""
    with pytest.raises(PolicyError) as raised:
        read_policy(text)
    assert str(raised.value).startswith(f"{place}: ")
    assert said in raised.value.what


@proves(faults=[23], invariants=[11])
@pytest.mark.parametrize(
    "text",
    [
        document(lists=[named_list("4111111111111111")]),
        document(lists=[named_list({"value": "a", "because": "of 4111 1111 1111 1111"})]),
        document(rule("card_id == '4111111111111111'")),
        document(rule(because="seen with 4111111111111111")),
        document(rule(name="x4111111111111111", outcome="4111111111111111")),
        document(snoozes=[{"card_id": "4111111111111111", "until": UNTIL, "because": "b"}]),
        document(rule(), x4111111111111111=1),
    ],
)
def test_a_card_number_is_refused_and_not_repeated(text):
    """It is in no list, and in no error text."""
    assert json.loads(text)
    with pytest.raises(PolicyError) as raised:
        read_policy(text)
    assert "4111111111111111" not in str(raised.value) + raised.value.what
    assert "4111 1111" not in str(raised.value)
