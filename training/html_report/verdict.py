"""The head of an evaluation's report: the verdict in plain words, and the few figures that matter most."""

from collections.abc import Mapping
from typing import Any

from html_report.html import Markup, tag
from html_report.words import figure, many, money, rounded_money, share

_FEW_FRAUDS = 100


def verdict(told: Mapping[str, Any]) -> Markup:
    """Return what was decided and why, in sentences."""
    champion = told["champion"]
    if told["promote"]:
        head = "It is better, and takes the champion's place." if champion else "It is fit to decide."
    else:
        head = "The champion stays." if champion else "It is not fit to decide."
    reason = told["reason"]
    said = [tag("p", tag("strong", head)), tag("p", reason[:1].upper() + reason[1:] + ".")]
    said += [tag("p", sentence) for sentence in _in_plain_words(told)]
    return tag("div", *said, class_="verdict" if told["promote"] else "verdict no")


def _in_plain_words(told: Mapping[str, Any]) -> list[str]:
    mine, test = told["challenger"], told["test"]
    sentences = []
    if mine.get("at_thresholds"):
        at, saved = mine["at_thresholds"], mine["money"]
        alerted, found = round(at["alert_rate"] * test["rows"]), round((at["alert_recall"] or 0) * test["frauds"])
        right = "" if at["alert_precision"] is None else f", {share(at['alert_precision'], 0)} of them rightly"
        sentences.append(
            f"It would have raised {many(alerted, 'alert')}{right}, and so met {found} of "
            f"{many(test['frauds'], 'fraud')}. "
            f"By the cost matrix that saves {money(saved['saved_minor'], saved['currency'])} "
            f"of {money(saved['fraud_minor'], saved['currency'])} that were at stake."
        )
    if test["frauds"] < _FEW_FRAUDS:
        sentences.append(f"{many(test['frauds'], 'fraud')} are few: each figure below could well be another next week.")
    return sentences


def figures(told: Mapping[str, Any]) -> Markup:
    """Return the key figures, the champion's beside them."""
    mine, theirs = told["challenger"], told["champion"] or {}
    if not mine.get("all_rows"):
        return tag("p", "The challenger's scores are no numbers from 0 to 1: nothing could be measured.")
    ranked, at, other = mine["all_rows"], mine["at_thresholds"], theirs.get("all_rows") or {}
    saved = mine["money"]
    shown = [
        (
            "Average precision",
            figure(ranked["average_precision"]),
            _beside(figure(other.get("average_precision")), other),
        ),
        (
            f"Frauds found by looking at {share(ranked['budget'])} of transactions",
            share(ranked["recall_at_budget"], 0),
            _beside(share(other.get("recall_at_budget"), 0), other),
        ),
        (
            f"Truly compromised among the {ranked['k']} most suspicious cards a day",
            share(ranked["card_precision_at_k"]),
            _beside(share(other.get("card_precision_at_k")), other),
        ),
        (
            "Transactions alerted on",
            share(at["alert_rate"], 2),
            _beside(share((theirs.get("at_thresholds") or {}).get("alert_rate"), 2), other),
        ),
        (
            "Money saved",
            rounded_money(saved["saved_minor"], saved["currency"]),
            _beside(rounded_money(theirs["money"]["saved_minor"], saved["currency"]), other) if other else "",
        ),
    ]
    boxes = [tag("div", tag("dt", name), tag("dd", value, tag("small", note))) for name, value, note in shown]
    return tag("dl", *boxes, class_="figures")


def _beside(value: str, other: Mapping[str, Any]) -> str:
    return f"champion {value}" if other else ""
