"""The paragraph of docs/api.md that the figures make."""

from typing import Any

from benchmarks.places import ROOT

PAGE = ROOT / "docs/api.md"
RESULTS = ROOT / "docs/api-latency.json"
BEGIN, END = "<!-- latency: by `python -m benchmarks.api` -->\n", "<!-- end of latency -->\n"
TARGET_MS, SERVERLESS_MS = 500, 2000
"""As the alarm ApiSlowAlarm has them; a test holds them together."""
_TEXT = """**Target: 99 of 100 warm `POST /transactions` within {target} ms** where the endpoint is on instances, as API
Gateway measures them; {serverless} ms where it is serverless, because it has to wake. `ApiSlowAlarm` watches just that.

| `POST /transactions`, warm, one after the other | median | p95 | p99 |
|---|---|---|---|
| the program alone: decode, features, rules, signing, {calls} calls to an AWS in memory | {alone} |
| the same, each call with a stated wait | {waits} |
| the embedded stack: HTTP, the function under Lambda's runtime, a real model, stores in memory | {embedded} |

Milliseconds; {requests} requests each, measured by `python -m benchmarks.api` on {cores} cores{shared}
([figures](api-latency.json)). The stated waits are medians of {medians}; each call takes its median times
a log-normal factor, of which one in a hundred is 2.5 or more. They are assumptions, not measurements: DynamoDB's guide
promises single milliseconds, S3's 100 to 200. Archiving to S3 is most of the time; it is waited for, so that an
answered decision is an archived one.

Not in these figures: API Gateway's own time and TLS, the caller's network, a cold start (about a second:
[performance](performance.md)), a serverless endpoint that wakes, and requests at once (each gets an execution
environment of its own). Of AWS there are none here: the alarm will tell.
"""
_NAMES = {
    "BatchGetItem": "reading DynamoDB",
    "BatchExecuteStatement": "writing it",
    "InvokeEndpoint": "the endpoint",
    "PutObject": "S3",
    "PublishBatch": "SNS",
}


def paragraph(results: dict[str, Any]) -> str:
    """Return the paragraph."""
    inside, embedded = results["in_process"], results["embedded"]
    medians = inside["medians_ms"]
    shared = (
        f", for which {load:.0f} other programs stood in line as it began"
        if (load := results["load_before"]) >= 1
        else ""
    )
    return _TEXT.format(
        cores=results["cores"],
        shared=shared,
        target=TARGET_MS,
        serverless=SERVERLESS_MS,
        calls=f"{inside['program_alone']['calls_a_request']:.1f}",
        alone=_row(inside["program_alone"]),
        waits=_row(inside["with_waits"]),
        embedded=_row(embedded),
        requests=f"{inside['requests']:,}",
        medians=", ".join(f"{ms:g} ms {_NAMES[operation]}" for operation, ms in medians.items()),
    )


def page(text: str, results: dict[str, Any]) -> str:
    """Return the page with the paragraph of these results."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}{paragraph(results)}{END}{rest.partition(END)[2]}"


def _row(figures: dict[str, float]) -> str:
    return " | ".join(f"{figures[f'{p}_ms']:,.0f}" for p in ("p50", "p95", "p99"))
