"""Everything that can go wrong with a call, and a seeded choice among it."""

import json
from collections.abc import Callable
from dataclasses import replace
from random import Random

import msgspec
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, ReadTimeoutError

from stubs.wire import RefusalError, Response
from tests.reliability.calling import Call, ProcessDeathError

Fault = Callable[[Call, Random], Response]
_ADDRESS = "memory"


def _died_before(_: Call, __: Random) -> Response:
    raise ProcessDeathError


def _died_after(call: Call, _: Random) -> Response:
    call.proceed()
    raise ProcessDeathError


def _unreachable(_: Call, __: Random) -> Response:
    raise ConnectTimeoutError(endpoint_url=_ADDRESS)


def _reply_lost(call: Call, _: Random) -> Response:
    call.proceed()
    _note_lost(call)
    raise ConnectionClosedError(endpoint_url=_ADDRESS)


def _slow(call: Call, rng: Random) -> Response:
    call.world.clock.sleep(rng.choice((0.5, 3, 20)))
    return call.proceed()


def refused(code: str, status: int) -> Fault:
    """Return a fault in which the service says no, and did nothing."""

    def fault(call: Call, _: Random) -> Response:
        return RefusalError(code, "as the schedule says", status).response(call.request.service)

    return fault


def _failed_after(call: Call, _: Random) -> Response:
    call.proceed()
    _note_lost(call)
    return RefusalError("InternalError", "it was done, though", 500).response(call.request.service)


def _note_lost(call: Call) -> None:
    call.world.lost_alert_replies += call.request.operation in ("PublishBatch", "Publish")


def some_statements_refused(call: Call, rng: Random) -> Response:
    """Refuse some statements of a batch for a reason that passes; of these, some were carried out all the same."""
    statements = json.loads(call.request.body)["Statements"]
    hit = {n for n in range(len(statements)) if rng.random() < 0.5}
    done = [n for n in range(len(statements)) if n not in hit or rng.random() < 0.3]
    responses: list[object] = [None] * len(statements)
    if done:
        body = json.dumps({"Statements": [statements[n] for n in done]}).encode()
        answer = call.world.aws.answer(replace(call.request, body=body))
        for position, response in zip(done, json.loads(answer.body)["Responses"], strict=True):
            responses[position] = response
    for position in hit:
        code = rng.choice(("ProvisionedThroughputExceeded", "ThrottlingError", "InternalServerError"))
        responses[position] = {"Error": {"Code": code, "Message": "as the schedule says"}}
    return Response(200, json.dumps({"Responses": responses}).encode(), {"content-type": "application/x-amz-json-1.0"})


def some_keys_unprocessed(call: Call, rng: Random) -> Response:
    """Leave some keys of a BatchGetItem unread, perhaps all."""
    wanted = json.loads(call.request.body)["RequestItems"]
    ((table, part),) = wanted.items()
    left = [key for key in part["Keys"] if rng.random() < 0.6]
    kept = [key for key in part["Keys"] if key not in left]
    responses: dict[str, object] = {table: []}
    if kept:
        body = json.dumps({"RequestItems": {table: part | {"Keys": kept}}}).encode()
        responses = json.loads(call.world.aws.answer(replace(call.request, body=body)).body)["Responses"]
    answer = {"Responses": responses, "UnprocessedKeys": {table: part | {"Keys": left}} if left else {}}
    return Response(200, json.dumps(answer).encode(), {"content-type": "application/x-amz-json-1.0"})


def some_entries_failed(call: Call, rng: Random) -> Response:
    """Refuse some alerts of a PublishBatch."""
    published = call.world.aws.published
    before = len(published)
    response = call.proceed()
    failed = [n for n in range(len(published) - before) if rng.random() < 0.5]
    names = response.body.decode().split("<Id>")[1:]
    ids = [name.partition("</Id>")[0] for name in names]
    published[before:] = [message for n, message in enumerate(published[before:]) if n not in failed]
    good = "".join(f"<member><Id>{ids[n]}</Id></member>" for n in range(len(ids)) if n not in failed)
    bad = "".join(
        f"<member><Id>{ids[n]}</Id><Code>InternalFailure</Code><SenderFault>false</SenderFault></member>"
        for n in failed
    )
    text = f"<Successful>{good}</Successful><Failed>{bad}</Failed>"
    text = f"<PublishBatchResponse><PublishBatchResult>{text}</PublishBatchResult></PublishBatchResponse>"
    return Response(200, text.encode(), {"content-type": "text/xml"})


def _timed_out(call: Call, _: Random) -> Response:
    call.world.clock.sleep(5)
    raise ReadTimeoutError(endpoint_url=_ADDRESS)


def nonsense(call: Call, rng: Random) -> Response:
    """Answer 200 with something that nobody may decide upon."""
    response = call.proceed()
    if response.status != 200:
        return response
    answer = msgspec.json.decode(response.body)
    scores, kind = answer["scores"], rng.randrange(8)
    if kind == 0:
        return replace(response, body=rng.choice((b"", b"<html>", b"[]", b"null", response.body[:-7])))
    if kind == 1:
        scores.pop()
    elif kind == 2:
        scores.append(0.1)
    elif kind == 3:
        scores[rng.randrange(len(scores))] = rng.choice((1.0000001, -1e-9, 7, None, "high"))
    elif kind == 4:
        answer["schema_hash"] = "of another model"
    elif kind == 5:
        answer["thresholds"] = {"review": 0.9, "block": 0.1}
    elif kind == 6:
        answer["reasons"] = {str(len(scores)): [0.0]}
    else:
        return replace(response, body=response.body.replace(b'"scores":[', b'"scores":[NaN,', 1))
    return replace(response, body=msgspec.json.encode(answer))


ANYWHERE: dict[str, Fault] = {
    "died before": _died_before,
    "died after": _died_after,
    "unreachable": _unreachable,
    "reply lost": _reply_lost,
    "failed after": _failed_after,
    "slow": _slow,
}
BY_SERVICE: dict[str, dict[str, Fault]] = {
    "dynamodb": {
        "throttled": refused("ProvisionedThroughputExceededException", 400),
        "internal error": refused("InternalServerError", 500),
    },
    "s3": {"slow down": refused("SlowDown", 503), "internal error": refused("InternalError", 500)},
    "sns": {"throttled": refused("Throttling", 400), "internal error": refused("InternalError", 500)},
    "kinesis": {"throttled": refused("ProvisionedThroughputExceededException", 400)},
    "sagemaker-runtime": {
        "unavailable": refused("ServiceUnavailable", 503),
        "throttled": refused("ThrottlingException", 429),
        "model error": refused("ModelError", 424),
        "timed out": _timed_out,
        "nonsense": nonsense,
    },
}
BY_OPERATION: dict[str, dict[str, Fault]] = {
    "BatchExecuteStatement": {"some refused": some_statements_refused},
    "BatchGetItem": {"some unprocessed": some_keys_unprocessed},
    "PublishBatch": {"some failed": some_entries_failed},
}


class Chaos:
    """A schedule: calls fail at a rate, until a number of faults is used up; some faults stay for many calls.

    Parameters
    ----------
    rng
        Chooses.
    rate
        Share of the calls that fail.
    faults
        How many begin at most.

    Attributes
    ----------
    used
        How many calls failed.
    """

    def __init__(self, rng: Random, *, rate: float, faults: int) -> None:
        self._rng = rng
        self._rate = rate
        self._outages: dict[str, tuple[str, Fault, int]] = {}
        self._left = faults
        self.used = 0

    def __call__(self, call: Call) -> tuple[str, Response]:
        """Carry out a call, or do not."""
        name, fault, more = self._outages.pop(call.name, ("", _reply_lost, 0))
        if more:
            if more > 1:
                self._outages[call.name] = (name, fault, more - 1)
            return self._do(call, name, fault)
        if self._left <= 0 or self._rng.random() >= self._rate:
            return "", call.proceed()
        self._left -= 1
        lasting = BY_SERVICE.get(call.request.service, {}) | BY_OPERATION.get(call.request.operation, {})
        possible = ANYWHERE | lasting
        name = self._rng.choice(sorted(possible))
        if name in lasting and self._rng.random() < 0.4:
            self._outages[call.name] = (name, possible[name], self._rng.choice((5, 30, 70)))
        return self._do(call, name, possible[name])

    def _do(self, call: Call, name: str, fault: Fault) -> tuple[str, Response]:
        self.used += 1
        call.world.trace.append(f"fault {name}")
        return name, fault(call, self._rng)
