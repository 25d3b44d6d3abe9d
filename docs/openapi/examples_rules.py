"""Examples of rules checked, tried and made live, that a test holds to their schemas."""

from typing import Any

_YAML = """version: 2026-11-25.1
rules:
  - name: far_above_usual
    because: Fourteen times the card's median.
    when: card_amount_median_ratio >= 14
    outcome: review
"""
_CHANGES = ["~ rule far_above_usual: when card_amount_median_ratio >= 10 -> card_amount_median_ratio >= 14"]
DRAFT: dict[str, Any] = {"yaml": _YAML}
TRIAL: dict[str, Any] = {"yaml": _YAML, "days": 30}
PUBLICATION: dict[str, Any] = {"yaml": _YAML, "why": "Too many alerts of generous people.", "replaces": "2026-11-24.1"}
CHECKED: dict[str, Any] = {
    "valid": False,
    "version": None,
    "problems": [
        {
            "line": 5,
            "column": 11,
            "end_column": 34,
            "message": "rule 'far_above_usual': no field, feature or list is called 'card_amount_median_rato'",
        }
    ],
    "changes": [],
}
STARTED: dict[str, Any] = {"backtest_id": "bt-gjjplhdbdmcicoelgeffbkdgdkapcpgj"}
TOLD: dict[str, Any] = {"state": "running", "progress": 0.42, "why": None, "report": None}
PUBLISHED: dict[str, Any] = {
    "version": "2026-11-25.1",
    "author": "jwt-gjjplhdbdmcicoelgeffbkdgdkapcpgj",
    "at": "2026-11-24T09:14:36.480Z",
    "why": "Too many alerts of generous people.",
    "changes": _CHANGES,
}
