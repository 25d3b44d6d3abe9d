"""Examples of what the console's pages are told; a test holds them to their schemas."""

from typing import Any

_RATE: dict[str, Any] = {
    "rate": [0.0098],
    "usual": [0.0101],
    "low": [0.0062],
    "high": [0.0149],
    "spike": [False],
    "why_not": "",
}
OVERVIEW: dict[str, Any] = {
    "from": "2026-11-24T01:20:00.000Z",
    "until": "2026-11-24T01:22:00.000Z",
    "step_seconds": 60,
    "times": [1_795_483_200, 1_795_483_260],
    "series": {
        "decided": [1_012, 987],
        "approved": [1_002, 979],
        "reviewed": [7, 6],
        "blocked": [3, 2],
        "rules_only": [0, 0],
        "quarantined": [0, 1],
        "alerts": [10, 8],
        "fraud_labels": [0, 3],
        "iterator_age_ms": [212.0, 190.5],
        "endpoint_p50_ms": [9.1, 9.3],
        "endpoint_p99_ms": [24.0, 22.5],
        "api_p99_ms": [None, 141.0],
    },
    "rates": {"times": [1_795_479_600], "alert": _RATE, "fraud": _RATE},
    "cost": {
        "since": "2026-11-01T00:00:00.000Z",
        "dollars": 61.37,
        "by": {"stream": 27.72, "functions": 9.14, "tables": 17.86, "endpoint": 5.02, "objects": 1.63},
        "note": "An estimate: what was used, times list prices.",
    },
    "alarms": [
        {
            "name": "ScoringLag",
            "state": "OK",
            "since": "2026-11-20T06:12:44.000Z",
            "reason": "Threshold Crossed: no datapoints were received for 5 periods",
            "what": "Scoring has fallen behind by half of UnscoredAfterSeconds.",
            "runbook": "docs/runbooks/scoring-lag.md",
        }
    ],
}
DRIFT: dict[str, Any] = {
    "report": {
        "window": {"from": "2026-11-23T02:00:00Z", "until": "2026-11-24T02:00:00Z"},
        "measured_at": "2026-11-24T02:30:04Z",
        "why_not": "no model scores yet: rules alone decide",
    },
    "history": [
        {
            "until": "2026-11-24T02:00:00.000Z",
            "model_version": None,
            "rows": 0,
            "score_psi": None,
            "largest_psi": None,
            "largest": None,
            "drifted": [],
            "missing": None,
            "worse": None,
            "why_not": "no model scores yet: rules alone decide",
        }
    ],
}
MODEL: dict[str, Any] = {
    "model_version": "20261117-031500-5c1e2f9a",
    "number": 3,
    "registered_at": "2026-11-17T03:41:12.000Z",
    "approval": "Approved",
    "remark": "16 golden rows score as evaluated",
    "run": "20261117-031500-5c1e2f9a",
    "live": True,
    "thresholds": {"review": 0.4617, "block": 1.0},
    "metrics": {
        "average_precision": 0.6877,
        "auc": 0.97,
        "recall_at_budget": 0.3248,
        "card_precision_at_k": 0.1262,
        "saved_minor": 1_460_561,
        "currency": "EUR",
        "rows": 17_378,
        "frauds": 209,
    },
    "has_report": True,
}
MODELS: dict[str, Any] = {
    "champion": MODEL["model_version"],
    "models": [MODEL],
    "events": [
        {
            "at": "2026-11-17T03:52:10.000Z",
            "kind": "live",
            "model_version": MODEL["model_version"],
            "text": "first model: average precision 0.6877, chance 0.0120",
        }
    ],
}
MODEL_REPORT: dict[str, Any] = MODEL | {"evaluation": {"promote": True, "reason": "first model"}}
_VERSION: dict[str, Any] = {
    "version": "2026-11-24.2",
    "author": "Bo",
    "at": "2026-11-24T01:12:00.000Z",
    "why": "Terminals are attacked since Sunday",
    "replaces": "2026-11-24.1",
    "changes": ["rule new_terminal_large: added"],
    "live": True,
}
VERSIONS: dict[str, Any] = {"versions": [_VERSION]}
VERSION: dict[str, Any] = _VERSION | {
    "document": {"version": "2026-11-24.2", "rules": [], "lists": []},
    "yaml": "version: 2026-11-24.2\nrules: []\n",
}
BASIS: dict[str, Any] = {
    "thresholds": {"review": 0.4617, "block": 1.0, "source": "model"},
    "model": {name: MODEL[name] for name in ("model_version", "registered_at", "approval", "live")},
    "policy": {name: _VERSION[name] for name in ("version", "author", "at", "why")},
}
