"""What docs/api.md says of speed is what was measured, and what the alarm watches."""

import json

from benchmarks.api import page
from benchmarks.api.requests import percentiles, transactions
from tests.unit.test_template import RESOURCES


def test_the_page_says_what_was_measured():
    """`python -m benchmarks.api --page` would write the same."""
    text = page.PAGE.read_text()
    assert page.BEGIN in text
    assert text == page.page(text, json.loads(page.RESULTS.read_text()))


def test_the_target_holds_by_the_stated_waits_and_the_alarm_watches_it():
    """The alarm of the template has the page's numbers, and what was measured stays within them."""
    alarm = RESOURCES["ApiSlowAlarm"]["Properties"]
    assert alarm["Threshold"]["Fn::If"] == ["UsesInstances", page.TARGET_MS, page.SERVERLESS_MS]
    assert {"Name": "Resource", "Value": "/transactions"} in alarm["Dimensions"]
    measured = json.loads(page.RESULTS.read_text())
    assert measured["in_process"]["with_waits"]["p99_ms"] <= page.TARGET_MS
    assert measured["embedded"]["scored_by_model"] == measured["embedded"]["requests"]


def test_a_percentile_is_a_value_that_was_seen():
    """The smallest that so many are not above."""
    assert percentiles([float(value) for value in range(100, 0, -1)]) == {"p50_ms": 50, "p95_ms": 95, "p99_ms": 99}
    assert percentiles([7.0]) == {"p50_ms": 7, "p95_ms": 7, "p99_ms": 7}


def test_the_requests_are_the_same_each_time_but_for_their_moment():
    """Cards, terminals and amounts by seed; some large enough to be flagged."""
    one, other = ([json.loads(body) for body in transactions(500, name="x")] for _ in range(2))
    for body in (*one, *other):
        body.pop("event_time")
    assert one == other
    assert 0 < sum(body["amount_minor"] == 2_000_000 for body in one) < 30
