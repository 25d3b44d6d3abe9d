"""The rules file: values are what the document takes them for, and mistakes are shown where they stand."""

import pytest
from fraudstream.errors import PolicyError

from operate.rules.reading import read_rules_file, read_rules_text
from operate.rules.yaml_document import read_yaml
from tests.reliability.proof import proves

HEAD = "version: 1\nrules:\n  - name: large\n    because: it is large\n    outcome: block\n"


def refusal(text: str) -> tuple[int, int, str, str]:
    """Line and column of a mistake, what is wrong, and what the caret stands under."""
    with pytest.raises(PolicyError) as raised:
        read_rules_text(text)
    head, shown, carets = str(raised.value).split("\n")
    line, column, what = head.split(":", 2)
    at = carets.index("^")
    return int(line), int(column), what.strip(), shown[at : at + carets.count("^")]


def test_texts_stay_as_they_are_written():
    """Norway is no `false`, a category code no octal number, a moment no date object, a version no number."""
    lists = "lists:\n  - {name: l, of: merchant_country, effect: none, because: x, entries: [NO, {value: ON, until: 2026-12-24T18:00:00Z}]}\n"  # noqa: E501
    policy = read_rules_text("version: 1.10\n" + lists.replace("ON", "SE")).policy
    assert policy.version == "1.10"
    assert [entry.value for entry in policy.lists[0].entries] == ["NO", "SE"]
    assert policy.lists[0].entries[1].until == "2026-12-24T18:00:00Z"
    codes = "lists:\n  - {name: l, of: mcc, effect: none, because: x, entries: [0742, 7995]}\n"
    assert [entry.value for entry in read_rules_text("version: 1\n" + codes).policy.lists[0].entries] == [
        "0742",
        "7995",
    ]


def test_what_is_left_empty_is_empty():
    """`entries:` with nothing behind it, as an author leaves it."""
    named = "name: l\n    of: card_id\n    effect: block\n    because: x\n    entries:\n"
    text = f"version: 1\nrules:\nsnoozes: ~\nlists:\n  - {named}"
    policy = read_rules_text(text).policy
    assert (policy.rules, policy.snoozes, policy.lists[0].entries) == ((), (), ())


def test_numbers_and_truths_are_read_where_they_belong():
    """A threshold, or the word for the model's own; a shadow."""
    text = HEAD + "    when: amount > 5\n    shadow: true\nthresholds: {review: 0.25, block: model}\n"
    policy = read_rules_text(text).policy
    assert policy.rules[0].shadow is True
    assert (policy.thresholds.review, policy.thresholds.block) == (0.25, "model")


@proves(faults=[23])
@pytest.mark.parametrize(
    ("text", "line", "column", "said", "word"),
    [
        (HEAD + "    when: amount > 5 and amont < 3\n", 6, 26, "did you mean 'amount'?", "amont"),
        (HEAD + "    when: 'amount > 5 and mcc == \"1\" and amont < 3'\n", 6, 42, "did you mean 'amount'?", "amont"),
        (HEAD + "    when: >\n      amount > 5\n      and amont < 3\n", 8, 11, "did you mean 'amount'?", "amont"),
        (HEAD + "    when: |\n      amount > 5 and\n      (amount < 9 or amount = 7)\n", 8, 29, "write ==", "="),
        (HEAD + "    when: amount > 5 and\n      amount < 3 and amont > 1\n", 7, 22, "did you mean 'amount'?", "amont"),
        (HEAD + "    when: (amount > 5\n", 6, 22, "the expression ends where `)`", "^"),
        (HEAD + "    wehn: amount > 5\n", 3, 5, "unknown field `wehn`", "name"),
        (HEAD.replace("block", "deny") + "    when: amount > 5\n", 5, 14, "approve, review or block", "deny"),
        (HEAD + "    when: amount > 5\n    when: amount > 6\n", 7, 5, "'when' stands twice here", "when"),
        ("version: 1\nversion: 2\n", 2, 1, "'version' stands twice here", "version"),
        ("version: 1\nthresholds: {review: 0.9, block: 0.2}\n", 2, 22, "review must not be above block", "0.9"),
        ("version: 1\nthresholds: {review: high}\n", 2, 22, "", "high"),
        ("version: &a 1\n", 1, 10, "anchors", "&a 1"),
        ("version: !!int 1\n", 1, 10, "tags", "!!int 1"),
        ("version: 1\n---\nversion: 2\n", 2, 1, "a second document", "---"),
        ("version: [[[[[[[[[1]]]]]]]]]\n", 1, 17, "nested more than 8 deep", "["),
        ("version: 1\n  rules: x\n", 2, 8, "no YAML", ":"),
        ("version: 1\n? [a]\n: b\n", 2, 3, "a key is a word", "["),
    ],
)
def test_a_mistake_is_shown_where_it_stands_in_the_file(text, line, column, said, word):
    """However YAML quotes and folds the expression."""
    found = refusal(text)
    assert said in found[2]
    assert found[:2] == (line, column)
    if word != "^":
        assert found[3].startswith(word[: len(found[3])])


@proves(faults=[23])
def test_a_bomb_of_aliases_is_refused_at_its_first_anchor():
    """Nine lines that would be a billion texts."""
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    with pytest.raises(PolicyError, match="anchors"):
        read_yaml("\n".join(lines))


def test_a_file_that_is_not_there_or_no_text_is_refused_by_its_name(tmp_path):
    """And a mistake in it begins with its name, as editors and people find it."""
    with pytest.raises(PolicyError, match=r"none\.yaml: cannot be read"):
        read_rules_file(tmp_path / "none.yaml")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00\xd8")
    with pytest.raises(PolicyError, match=r"bytes\.yaml: cannot be read"):
        read_rules_file(tmp_path / "bytes.yaml")
    (tmp_path / "rules.yaml").write_text("version: 1\nversion: 2\n")
    with pytest.raises(PolicyError, match=r"rules\.yaml:2:1: "):
        read_rules_file(tmp_path / "rules.yaml")


@proves(faults=[23], invariants=[11])
def test_a_card_number_is_refused_and_not_shown():
    """Not even the line of the file that holds it."""
    text = "version: 1\nlists:\n  - {name: l, of: card_id, effect: block, because: x, entries: [4111111111111111]}\n"
    with pytest.raises(PolicyError) as raised:
        read_rules_text(text)
    assert "holds a card number" in str(raised.value)
    assert "4111111111111111" not in str(raised.value)


def test_of_a_long_line_the_part_around_the_mistake_is_shown():
    """The caret still stands under the word."""
    when = "amount > 5 and " * 30 + "amont > 1 and " + "amount > 5 and " * 30 + "amount > 6"
    line, column, _, word = refusal(HEAD + f"    when: {when}\n")
    assert (line, column, word) == (6, 11 + 15 * 30, "amont")
