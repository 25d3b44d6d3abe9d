"""The report as one HTML page: what it would have caught, whom it would have stopped, money against alerts."""

from collections.abc import Mapping, Sequence
from typing import Any

from html_report.html import Markup, join, page, section, table, tag
from html_report.words import count, many, money, rounded_money, share

from operate.backtest.pictures import pictures
from operate.backtest.text import warnings


def render(told: Mapping[str, Any]) -> str:
    """Return the page."""
    title = f"Rules {told['changed']['version']} on the archive"
    return page(title, tag("h1", title), _under(told), _verdict(told), _figures(told), pictures(told), *_tables(told))


def _under(told: Mapping[str, Any]) -> Markup:
    rows, period = told["rows"], told["period"]
    text = (
        f"{count(rows['evaluated'])} transactions of {period['first_event'][:10]} to {period['last_event'][:10]}, "
        f"beside the present rules {told['present']['version']}. {many(rows['fraud'], 'fraud')} are known; "
        f"{count(rows['unknown'])} transactions are too young to be known."
    )
    return tag("p", text, class_="soft")


def _verdict(told: Mapping[str, Any]) -> Markup:
    more, currency = told["difference"], told["money"]["currency"]
    agreement = told["agreement"]
    good = more["saved_minor"] >= 0 and agreement["equal"] == agreement["rows"]
    said = [
        tag(
            "p",
            tag("strong", f"It saves {_signed(money(abs(more['saved_minor']), currency), more['saved_minor'])}."),
        ),
        tag(
            "p",
            f"{_more(more['caught'], 'fraud')} caught, {_more(more['wrongly_stopped'], 'legitimate payment')} stopped, "
            f"{_more(more['wrongly_reviewed'], 'legitimate payment')} looked at; "
            f"{more['alerts_a_day']:+,.1f} alerts a day.",
        ),
        *(tag("p", _sentence(word, line)) for word, line in warnings(told)),
    ]
    return tag("div", *said, class_="verdict" if good else "verdict no")


def _figures(told: Mapping[str, Any]) -> Markup:
    before, after, currency = told["present"], told["changed"], told["money"]["currency"]
    shown = [
        (
            "Frauds caught, of those known",
            f"{count(after['caught'])}, {share(after['recall'], 0)}",
            f"{count(before['caught'])}, {share(before['recall'])}",
        ),
        ("Legitimate payments stopped", count(after["wrongly_stopped"]), count(before["wrongly_stopped"])),
        ("Alerts a day", f"{after['alerts_a_day']:,.1f}", f"{before['alerts_a_day']:,.1f}"),
        ("Of alerts, right", share(after["precision"]), share(before["precision"])),
        ("Money saved", rounded_money(after["saved_minor"], currency), rounded_money(before["saved_minor"], currency)),
    ]
    boxes = [
        tag("div", tag("dt", name), tag("dd", value, tag("small", f"present {other}"))) for name, value, other in shown
    ]
    return tag("dl", *boxes, class_="figures")


def _changes(told: Mapping[str, Any]) -> Markup:
    head = ("from → to", "rows", "fraud", "legitimate", "unknown", "fraud share", "saved", "the first")
    rows = [
        (
            f"{change['from']} → {change['to']}",
            *(count(change[name]) for name in ("rows", "fraud", "legitimate", "unknown")),
            share(change["fraud_share"]),
            rounded_money(change["saved_minor"], told["money"]["currency"]),
            tag("code", ", ".join(change.get("examples", ()))),
        )
        for change in told["changes"]
    ]
    caption = "Rows that come out otherwise; make explain tells why one was decided as it was."
    return section("What changes", table(head, rows, caption=caption, words=1)) if rows else Markup("")


def _tables(told: Mapping[str, Any]) -> list[Markup]:
    live = [rule for rule in told["rules"] if not rule["shadow"]]
    shadow = [rule for rule in told["rules"] if rule["shadow"]]
    found = [
        _changes(told),
        section("Rules and lists", _voices(told, live, "Alone: what no other rule, list or threshold did."))
        if live
        else Markup(""),
        section("If a shadow rule were live", _voices(told, shadow, "Alone: what it would add by itself."))
        if shadow
        else Markup(""),
        section("Taken away", _voices(told, told["removed"], "What the present document has besides."))
        if told["removed"]
        else Markup(""),
    ]
    matrix, currency = told["money"], told["money"]["currency"]
    found.append(
        section(
            "How it was reckoned",
            tag(
                "p",
                f"An alert costs {money(matrix['alert_minor'], currency)}, a blocked legitimate payment "
                f"{money(matrix['block_genuine_minor'], currency)}; of a reviewed fraud "
                f"{share(matrix['recovered_share'], 0)} is saved. What nobody reported for the label delay counts as "
                "legitimate; what is younger counts in alerts alone. Each row is as it was served: what a change would "
                "have done to fraudsters, customers and later features is not in these figures.",
            ),
        )
    )
    return found


def _voices(told: Mapping[str, Any], rules: Sequence[Mapping[str, Any]], caption: str) -> Markup:
    currency = told["money"]["currency"]
    head = ("", "does", "fires", "a day", "fraud", "legitimate", "unknown", "precision", "caught alone", "saved alone")
    rows = [
        (
            join((tag("code", rule["name"]), tag("small", rule["because"]))),
            rule["outcome"],
            count(rule["fires"]),
            f"{rule['fires_a_day']:,.1f}",
            count(rule["fraud"]),
            count(rule["legitimate"]),
            count(rule["unknown"]),
            share(rule["precision"], 0),
            count(rule["caught_alone"]),
            rounded_money(rule["saved_alone_minor"], currency),
        )
        for rule in rules
    ]
    return table(head, rows, caption=caption)


def _sentence(word: str, text: str) -> str:
    told = f"{word} {text}" if word in ("thresholds", "WARNING") else text
    return f"{told[:1].upper()}{told[1:]}."


def _more(number: int, one: str) -> str:
    return f"{many(abs(number), one)} {'more' if number >= 0 else 'fewer'}"


def _signed(text: str, value: float) -> str:
    return f"{text} {'more' if value >= 0 else 'less'} than the present rules"
