"""What scenarios are made of: expectations, wrong labels, golden answers, phases of a machine, shorter minutes."""

import math
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd

from local.alarms.alarm import parse_alarm
from local.scenarios.expecting import equal, expect, told
from local.scenarios.golden import distance_of, said
from local.scenarios.machine_spans import machine_spans
from local.scenarios.observer import Observer
from local.scenarios.poison import poisoned

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)


def test_an_expectation_about_nothing_does_not_hold() -> None:
    """A check over no case proves nothing, and is seen to."""
    assert expect("all are well", [1], "0 of 0", cases=0).holds is False
    assert expect("all are well", [1], "1 of 1").holds is True


def test_what_differs_is_named_with_what_was_expected() -> None:
    """Whoever reads the line need not look anything up."""
    assert equal("it was promoted", "promoted", "kept").found == "kept instead of promoted"


def test_a_letter_counts_only_with_all_words_in_it() -> None:
    """Two letters with one word each are no letter with both."""
    letters = ["failed\nit was not touched", "ok\nput back"]
    assert not told("they were told", letters, "failed", "put back").holds
    assert told("they were told", letters, "ok", "put back").found == "ok"


def history(days: int) -> pd.DataFrame:
    """Return a transaction an hour, every tenth a fraud that is known five days later."""
    times = pd.Series([BEGAN + timedelta(hours=hour) for hour in range(24 * days)]).astype("datetime64[ms, UTC]")
    fraud = np.arange(len(times)) % 10 == 0
    labels = pd.Series(np.where(fraud, "fraud", None), dtype=object)
    return pd.DataFrame(
        {
            "event_time": times,
            "label": labels,
            "label_time": (times + pd.Timedelta(days=5)).where(fraud).astype("datetime64[ms, UTC]"),
        }
    )


def test_poison_swaps_a_share_of_the_labels_before_a_moment_and_none_after() -> None:
    """As many genuine payments are called fraud as frauds fall silent; the later window is left as it was."""
    table = history(40)
    end = BEGAN + timedelta(days=30)
    wrong, swapped = poisoned(table, before_ms=int(end.timestamp() * 1000), share=0.5, seed=1)
    before = table["event_time"] < end
    was, now = (frame["label"] == "fraud" for frame in (table, wrong))
    assert swapped == round(0.5 * (was & before).sum())
    assert (was & ~now).sum() == (now & ~was).sum() == swapped
    pd.testing.assert_frame_equal(table[~before], wrong[~before])
    assert (wrong["label_time"].notna() == now).all()


def test_golden_answers_are_the_evaluated_ones_or_not() -> None:
    """Equal is as evaluated, another number is another model's, and what is no score is nonsense."""
    assert said(distance_of([0.1, 0.2], [0.1, 0.2])) == "as evaluated"
    assert said(distance_of([0.1, 0.3], [0.1, 0.2])) == "another model's"
    assert math.isnan(distance_of([1.5, 0.2], [0.1, 0.2]))
    assert said(distance_of([0.1], [0.1, 0.2])) == "nonsense"


class States:
    """A Step Functions client with one execution: its states, a second apart."""

    def __init__(self, *names: str) -> None:
        self._events = [
            {
                "timestamp": BEGAN + timedelta(seconds=second),
                "type": "TaskStateEntered",
                "stateEnteredEventDetails": {"name": name},
            }
            for second, name in enumerate(names)
        ]

    def get_execution_history(self, **_: object) -> dict[str, object]:
        return {"events": self._events}


def test_phases_of_a_machine_follow_each_other_without_a_gap() -> None:
    """Each begins where the one before it ended, on the chart's own clock."""
    spans = machine_spans(States("Begin", "Prepare", "Train", "Evaluate", "Kept"), "arn", BEGAN.timestamp() - 10)
    assert [span.note for span in spans if span.kind != "pale"] == ["Prepare", "Train", "Evaluate"]
    assert spans[0].start == 10
    assert all(one.end == other.start for one, other in pairwise(spans))


def test_an_observer_notes_a_state_once_however_long_it_lasts() -> None:
    """Two looks at the same state are one change; what was before the first look is not a change of it."""
    heard = []
    states = iter(("OK", "OK", "ALARM", "ALARM", "OK"))
    observer = Observer([lambda: {"alarm": next(states)}], on_change=lambda _, change: heard.append(change.state))
    for _ in range(5):
        observer._look()
    assert heard == ["ALARM", "OK"]
    assert [span.note for span in observer.spans("alarm", 2**40, {})] == ["OK", "ALARM", "OK"]


def test_a_shorter_minute_shortens_every_period_and_nothing_else() -> None:
    """Periods keep their proportions; how many data points are asked for stays."""
    entry = {
        "AlarmName": "errors",
        "StateValue": "OK",
        "Namespace": "AWS/Lambda",
        "MetricName": "Errors",
        "Dimensions": [],
        "Statistic": "Sum",
        "Period": 300,
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 2,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    }
    real, short = parse_alarm(entry), parse_alarm(entry, minute_seconds=10)
    assert (real.period_seconds, short.period_seconds) == (300, 50)
    assert short.queries["m"]["Period"] == 50
    assert (short.evaluation_periods, short.datapoints_to_alarm) == (3, 2)
