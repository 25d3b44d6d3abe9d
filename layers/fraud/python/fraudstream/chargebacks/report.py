"""What became of a file: for programs as JSON, for people as CSV and as a few sentences."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from fraudstream.chargebacks.claims import Problem
from fraudstream.chargebacks.reading import Tally
from fraudstream.chargebacks.table import FileRefused
from fraudstream.contract import mask_card_numbers

INCOMING, REPORTS = "chargebacks/incoming/", "chargebacks/reports/"
_SUBJECT = 100  # characters that SNS takes
_FORMULAS = "=+-@\t\r"
_SHOWN_REASONS = 8


def report_key(key: str) -> str:
    """Return where the reports of a file are, without an ending; a card number in its name is masked.

    Examples
    --------
    >>> report_key("chargebacks/incoming/2026/march.csv")
    'chargebacks/reports/2026/march'
    """
    return REPORTS + file_name(key).removesuffix(".csv")


def file_name(key: str) -> str:
    """Return the name of a file as reports and messages may have it."""
    return mask_card_numbers(key.removeprefix(INCOMING).encode()).decode()


def as_json(key: str, result: Tally | FileRefused) -> bytes:
    """Return everything there is to say, every line that labelled nothing included."""
    return json.dumps({"file": file_name(key)} | _document(result), indent=1, ensure_ascii=False).encode() + b"\n"


def as_csv(result: Tally | FileRefused) -> bytes:
    """Return the lines that labelled nothing, to be opened beside the file. No cell is taken for a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("line", "reason", "detail", "transaction_id"))
    if isinstance(result, FileRefused):
        writer.writerow((0, result.reason, result.detail, ""))
    else:
        writer.writerows((p.line, p.reason, p.detail, _no_formula(p.transaction_id)) for p in _ordered(result))
    return b"\xef\xbb\xbf" + out.getvalue().encode()  # the mark tells spreadsheets that it is UTF-8


def as_notice(key: str, result: Tally | FileRefused, bucket: str) -> tuple[str, str]:
    """Return subject and text for the operations topic."""
    name = file_name(key)
    if isinstance(result, FileRefused):
        text = f"The chargeback file {name} was refused as a whole, nothing of it was taken: {result.detail}."
        return _subject(f"Chargebacks refused: {name}"), f"{text}\n\nMend the file and drop it again."
    lines = [
        f"The chargeback file {name} was read: {result.lines:,} lines.",
        f"{result.sent:>9,}  labels went onto the stream; within seconds they are on their decisions",
        f"{result.unchanged:>9,}  were known already, to the day: nothing was done",
        f"{result.superseded:>9,}  have a later label, which holds",
        f"{len(result.problems):>9,}  came to nothing",
        *(f"{count:>19,}  {reason}" for reason, count in _most(result.by_reason)),
    ]
    if result.problems:
        lines.append(f"\nEach with its line and why: s3://{bucket}/{report_key(key)}.csv")
    if result.unmatched:
        lines.append(
            "not_found: nobody decided that transaction here, or its decision is older than DecisionsKeepDays. "
            "Do the file's ids name transactions as your producers do?"
        )
    return _subject(f"Chargebacks read: {name}, {result.sent:,} labels, {len(result.problems):,} problems"), "\n".join(
        lines
    )


def _document(result: Tally | FileRefused) -> dict[str, Any]:
    if isinstance(result, FileRefused):
        return {"status": "refused", "reason": result.reason, "detail": result.detail}
    return {
        "status": "read",
        "lines": result.lines,
        "sent": result.sent,
        "unchanged": result.unchanged,
        "superseded": result.superseded,
        "problems": len(result.problems),
        "by_reason": result.by_reason,
        "problem_lines": [
            {"line": p.line, "reason": p.reason, "detail": p.detail, "transaction_id": p.transaction_id}
            for p in _ordered(result)
        ],
    }


def _ordered(result: Tally) -> Sequence[Problem]:
    return sorted(result.problems, key=lambda problem: problem.line)


def _most(by_reason: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(by_reason.items(), key=lambda entry: (-entry[1], entry[0]))[:_SHOWN_REASONS]


def _no_formula(text: str) -> str:
    return f"'{text}" if text.startswith(tuple(_FORMULAS)) else text


def _subject(text: str) -> str:
    """Return what SNS takes for a subject: printable ASCII, on one line, at most 100 characters."""
    return "".join(c if " " <= c <= "~" else "?" for c in text)[:_SUBJECT]
