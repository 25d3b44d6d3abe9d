"""Faults on request, for tests and scenarios; never reachable through the AWS interface.

``POST /_control/endpoints/<name>`` with ``{"mode": ..., "times": n}`` disturbs the next ``n`` invocations
(all, until ``ok``, when ``times`` is left out):

==============  ============================================================================
``ok``          back to normal
``slow``        waits ``seconds`` (default 2), then answers; beyond 60 s it is a time-out
``error``       the container answers ``status`` (default 500): a ModelError
``throttle``    ThrottlingException
``unavailable`` ServiceUnavailable (503)
``nan``         the first score is NaN
``out_of_range``  the first score is 1.5
``wrong_count`` the last score is missing
==============  ============================================================================

``POST /_control/actions/<Action>`` with ``{"code": ..., "message": ..., "status": 400, "times": 1}`` makes
that control call fail, for example ``CreateTrainingJob`` with ``ResourceLimitExceeded``.

``POST /_control/jobs/<Kind>``, for example ``TrainingJob``, with ``{"end": "Failed", "reason": ..., "times": 1}``
makes the next job end so (``Failed`` or ``Stopped``) without having run.

``POST /_control/updates/<endpoint>`` with ``{"end": "InService", "times": 1}`` makes the next update of that endpoint
fail once its new fleet is up: ``InService`` rolls back in silence, ``UpdateRollbackFailed`` leaves the old fleet
answering in that status, and after ``Failed`` nothing answers.
"""

from __future__ import annotations

import json
import threading
from typing import Any

from local.sagemaker.errors import AwsError

KINDS = ("endpoints", "actions", "jobs", "updates")
_ENDS = {"jobs": ("Failed", "Stopped"), "updates": ("InService", "UpdateRollbackFailed", "Failed")}
MODES = ("ok", "slow", "error", "throttle", "unavailable", "nan", "out_of_range", "wrong_count")


class Faults:
    """The faults that are set, and how many times each still strikes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._set: dict[tuple[str, str], dict[str, Any]] = {}

    def set(self, kind: str, name: str, fault: dict[str, Any]) -> None:
        """Set the fault of one of ``KINDS``, or clear it by the mode ``ok``."""
        clears = fault.get("mode") == "ok"
        if not clears and kind in _ENDS and fault.get("end") not in _ENDS[kind]:
            raise AwsError("ValidationError", f"end must be one of {', '.join(_ENDS[kind])}")
        if kind == "endpoints" and fault.get("mode") not in MODES:
            raise AwsError("ValidationError", f"mode must be one of {', '.join(MODES)}")
        with self._lock:
            self._set.pop((kind, name), None)
            if not clears:
                self._set[kind, name] = dict(fault)

    def take(self, kind: str, name: str) -> dict[str, Any]:
        """Return the fault that strikes now, and count it; empty when there is none."""
        if not self._set:
            return {}
        with self._lock:
            fault = self._set.get((kind, name), {})
            if "times" in fault:
                fault["times"] -= 1
                if fault["times"] <= 0:
                    del self._set[kind, name]
            return dict(fault)

    def strike_action(self, action: str) -> None:
        """Raise what is set for a control action."""
        if fault := self.take("actions", action):
            code = fault.get("code", "InternalFailure")
            raise AwsError(code, fault.get("message", "injected fault"), fault.get("status", 400))


def spoil(mode: str, body: bytes, content_type: str) -> bytes:
    """Return the answer with wrong scores: JSON with a list ``scores``, or one score a line."""
    if content_type.startswith("application/json"):
        answer = json.loads(body)
        answer["scores"] = _spoiled(mode, answer["scores"], float("nan"), 1.5)
        return json.dumps(answer).encode()
    return "\n".join(_spoiled(mode, body.decode().split(), "nan", "1.5")).encode()


def _spoiled(mode: str, scores: list[Any], nan: Any, large: Any) -> list[Any]:
    return {"nan": [nan, *scores[1:]], "out_of_range": [large, *scores[1:]], "wrong_count": scores[:-1]}[mode]
