"""What the base needs so that its alarms can be evaluated from outside; runs in the base's process.

Its own evaluation would fight ours at every PutMetricData, and it drops (PutMetricAlarm) or refuses
(CloudFormation) an alarm's `Metrics`. Call :func:`install` before it serves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.aws.patch_points import PatchPoint

_CLOUDWATCH = "ministack.services.cloudwatch"

EVALUATE = PatchPoint(
    module=_CLOUDWATCH,
    attribute="_evaluate_alarm",
    parameters=("alarm",),
    purpose="replaced: local.alarms evaluates and sets the state",
)
ALARMS = PatchPoint(
    module=_CLOUDWATCH, attribute="_alarms", kind="AccountRegionScopedDict", purpose="given the metrics of an alarm"
)
PUT_ALARM = PatchPoint(
    module=_CLOUDWATCH,
    attribute="_put_metric_alarm",
    parameters=("params", "cbor_data", "is_cbor", "is_json"),
    purpose="replaced: keeps metric math",
)
RECORD_ALARM = PatchPoint(
    module="ministack.services.cloudformation.provisioners",
    attribute="_cw_metric_alarm_record",
    parameters=("name", "props"),
    purpose="replaced: keeps metric math",
)
PATCH_POINTS = (EVALUATE, ALARMS, PUT_ALARM, RECORD_ALARM)

# An alarm has either these or Metrics.
_OF_ONE_METRIC = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Unit")


def install() -> None:
    """Put our parts in place."""
    put_alarm, record_alarm, alarms = PUT_ALARM.resolve(), RECORD_ALARM.resolve(), ALARMS.resolve()

    def put_and_keep_metrics(params: Any, cbor_data: dict[str, Any], is_cbor: Any, is_json: Any = False) -> Any:  # noqa: FBT002 - the base's signature
        answer = put_alarm(params, cbor_data, is_cbor, is_json)
        if answer[0] == 200 and cbor_data.get("Metrics"):  # the old query protocol has none in cbor_data
            alarms[cbor_data["AlarmName"]] = _of_metrics(alarms[cbor_data["AlarmName"]], cbor_data["Metrics"])
        return answer

    def record_and_keep_metrics(name: str, props: dict[str, Any]) -> dict[str, Any]:
        if not props.get("Metrics"):
            return dict(record_alarm(name, props))
        stand_in = {key: value for key, value in props.items() if key != "Metrics"}
        record = record_alarm(name, stand_in | {"MetricName": "math", "Namespace": "math"})
        return _of_metrics(record, props["Metrics"])

    EVALUATE.replace(lambda _alarm: None)
    PUT_ALARM.replace(put_and_keep_metrics)
    RECORD_ALARM.replace(record_and_keep_metrics)


def _of_metrics(alarm: Mapping[str, Any], metrics: list[dict[str, Any]]) -> dict[str, Any]:
    kept = {key: value for key, value in alarm.items() if key not in _OF_ONE_METRIC}
    return kept | {"Dimensions": [], "Metrics": [_typed(metric) for metric in metrics]}


def _typed(metric: dict[str, Any]) -> dict[str, Any]:
    """Return the query with the types that a client expects; a template may have them as text."""
    typed = dict(metric)
    if "ReturnData" in typed:
        typed["ReturnData"] = str(typed["ReturnData"]).lower() == "true"
    if "MetricStat" in typed:
        typed["MetricStat"] = typed["MetricStat"] | {"Period": int(typed["MetricStat"]["Period"])}
    return typed
