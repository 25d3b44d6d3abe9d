"""The report for a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from html_report.words import count, many, money, rounded_money, share

from operate.table import table

_FIGURES = (
    ("alerts", "alerts"),
    ("  for review", "review"),
    ("  blocked", "block"),
    ("frauds caught", "caught"),
    ("frauds missed", "missed"),
    ("legitimate, stopped", "wrongly_stopped"),
    ("legitimate, reviewed", "wrongly_reviewed"),
    ("alerts not yet known", "flagged_unknown"),
)


def lines(told: Mapping[str, Any]) -> Iterator[str]:
    """Yield the report."""
    yield from _head(told)
    yield ""
    yield _figures(told)
    yield ""
    yield from _changes(told)
    yield from _rules(told)
    yield from _notes(told)


def _head(told: Mapping[str, Any]) -> Iterator[str]:
    rows, period = told["rows"], told["period"]
    yield (
        f"{count(rows['evaluated'])} transactions of {period['first_event'][:10]} to {period['last_event'][:10]}: "
        f"{many(rows['fraud'], 'fraud')}, {count(rows['legitimate'])} legitimate "
        f"({count(rows['legitimate_by_silence'])} of them because nobody reported them), "
        f"{count(rows['unknown'])} not yet known"
    )
    yield from (f"{word:<12} {said}" for word, said in warnings(told))


def warnings(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what the reader must know before any figure, each with a word before it; of the agreement in any case."""
    agreement, rows = told["agreement"], told["rows"]
    if not agreement["rows"]:
        yield (
            "agreement",
            f"none of these was decided by {agreement['version']}: there is nothing to compare with what was decided",
        )
    elif agreement["equal"] == agreement["rows"]:
        yield (
            "agreement",
            (
                f"all {count(agreement['rows'])} that {agreement['version']} decided come out as they did: "
                "outcome, rules and shadow rules"
            ),
        )
    else:
        first = agreement.get("examples")
        yield (
            "WARNING",
            f"of {count(agreement['rows'])} that {agreement['version']} decided, "
            f"{count(agreement['outcome_differs'])} come out otherwise and {count(agreement['rules_differ'])} by other "
            f"rules ({share(agreement['equal'] / agreement['rows'], 3)} agree)"
            + (f"; the first: {', '.join(first)}" if first else ""),
        )
        yield "", "do not rely on the figures below before that is explained: docs/backtest.md says how"
    if rows["other_features_version"]:
        yield "left out", f"{many(rows['other_features_version'], 'row')} served with another version of the features"
    yield from (("left out", said) for said in told.get("unreadable", ()))
    for version, found in told.get("thresholds", {}).items():
        if found["source"] == "decisions":
            yield (
                "thresholds",
                (
                    f"of {version} are taken from its decisions ({found['review']:.4g}, {found['block']:.4g}): "
                    "its artefact was not looked at; --thresholds gives them"
                ),
            )


def _figures(told: Mapping[str, Any]) -> str:
    currency = told["money"]["currency"]
    sets = [told["as_decided"], told["present"], told["changed"], told["difference"]]
    head = (
        "",
        "as decided",
        f"present {told['present']['version']}",
        f"changed {told['changed']['version']}",
        "change",
    )
    rows = [(name, *(count(each[key]) for each in sets[:3]), f"{sets[3][key]:+,}") for name, key in _FIGURES]
    rows.insert(
        1, ("alerts a day", *(f"{each['alerts_a_day']:,.1f}" for each in sets[:3]), f"{sets[3]['alerts_a_day']:+,.1f}")
    )
    for name, key in (("of frauds, caught", "recall"), ("of alerts, right", "precision")):
        rows.append((name, *(share(each[key]) for each in sets[:3]), _points(sets[3][key])))
    if currency:
        saved = [rounded_money(each["saved_minor"], currency) for each in sets]
        rows.append(("money saved", *saved[:3], ("+" if sets[3]["saved_minor"] > 0 else "") + saved[3]))
    return _right(head, rows)


def _changes(told: Mapping[str, Any]) -> Iterator[str]:
    found = told["changes"]
    if not found:
        yield "No outcome changes."
        return
    yield f"{many(sum(change['rows'] for change in found), 'outcome')} would change:"
    currency = told["money"]["currency"]
    yield _right(
        ("from → to", "rows", "fraud", "legitimate", "unknown", "fraud share", "saved"),
        [
            (
                f"{change['from']} → {change['to']}",
                *(count(change[name]) for name in ("rows", "fraud", "legitimate", "unknown")),
                share(change["fraud_share"]),
                rounded_money(change["saved_minor"], currency) if currency else "-",
            )
            for change in found
        ],
    )


def _rules(told: Mapping[str, Any]) -> Iterator[str]:
    live = [rule for rule in told["rules"] if not rule["shadow"]]
    shadow = [rule for rule in told["rules"] if rule["shadow"]]
    for title, rules in (
        (f"Rules and lists of {told['changed']['version']}; 'alone' is what nothing else did:", live),
        ("Shadow rules: 'alone' is what each would do if it were live:", shadow),
        (f"Rules and lists that {told['present']['version']} has and the changed document has not:", told["removed"]),
    ):
        if rules:
            yield ""
            yield title
            yield _voices(rules, told["money"]["currency"])


def _voices(rules: Sequence[Mapping[str, Any]], currency: str) -> str:
    head = (
        "", "does", "fires", "a day", "before", "fraud", "legitimate", "unknown", "precision",
        "caught alone", "flagged alone", "saved alone",
    )  # fmt: skip
    return _right(
        head,
        [
            (
                rule["name"],
                f"{rule['outcome']}{' (list)' if rule['kind'] == 'list' else ''}",
                count(rule["fires"]),
                f"{rule['fires_a_day']:,.1f}",
                "-" if rule["fires_at_present"] is None else count(rule["fires_at_present"]),
                *(count(rule[name]) for name in ("fraud", "legitimate", "unknown")),
                share(rule["precision"], 0),
                count(rule["caught_alone"]),
                count(rule["flagged_alone"]),
                rounded_money(rule["saved_alone_minor"], currency) if currency else "-",
            )
            for rule in rules
        ],
    )


def _notes(told: Mapping[str, Any]) -> Iterator[str]:
    matrix, currency = told["money"], told["money"]["currency"]
    yield ""
    yield (
        f"Money by the cost matrix: an alert costs {money(matrix['alert_minor'], currency)}, a blocked legitimate "
        f"payment {money(matrix['block_genuine_minor'], currency)}, {share(matrix['recovered_share'], 0)} of a "
        "reviewed fraud is saved; what is not yet known counts nothing."
    )
    if matrix["rows_in_other_currencies"]:
        yield f"{many(matrix['rows_in_other_currencies'], 'row')} in other currencies count in every figure but money."
    yield (
        "What a change would have done to fraudsters, customers and later features is not in these figures: each row "
        "is as it was served."
    )


def _points(value: float | None) -> str:
    return "-" if value is None else f"{value * 100:+.1f}"


def _right(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose figures stand below one another; the first column and words are to the left."""
    width = [max(len(line[column]) for line in (head, *rows)) for column in range(len(head))]
    words = [column for column, name in enumerate(head) if column == 0 or name == "does"]
    shown = [
        [text if column in words else text.rjust(width[column]) for column, text in enumerate(line)]
        for line in (head, *rows)
    ]
    return table(shown[0], shown[1:])
