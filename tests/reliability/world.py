"""A world: AWS in memory, a stream of shards, the functions, a clock, and whatever goes wrong."""

import json
import random
import threading
from base64 import b64decode
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from types import ModuleType
from typing import Any

from fraudstream.records import Record

from local.streams.answers import Answer
from local.streams.mapping import Mapping
from local.streams.progress import Progress
from local.streams.records import Record as Delivered
from local.streams.records import RecordEncoder
from local.streams.retries import BatchWork, Discard, Invoke, Wait
from local.streams.testing import ROLE_ARN, a_mapping
from stubs.memory import MemoryAws
from stubs.sns import Message
from stubs.wire import Request, Response
from tests.reliability.calling import Call, EndlessError, ProcessDeathError, Run, Schedule, undisturbed
from tests.reliability.clock import Context, VirtualClock
from tests.reliability.functions import CASE_INDEXES, STAGE, STREAM, Function, fresh_quotas, playing
from tests.reliability.lanes import Lanes
from tests.reliability.model import model

_STREAM_ARN = f"arn:aws:kinesis:us-east-1:000000000000:stream/{STREAM}"
_TIMEOUT_SECONDS = 60.0
_MOST_RUNS = 2_000


class World:
    """Everything there is, from the first record to the last effect.

    Attributes
    ----------
    log
        Every record that was ever put on the stream or sent to the API, by its source.
    resolved
        Sources of the records that are done; what is in the log and not here is pending.
    deliveries
        How often each source was given to a function; of the API, how often each transaction id was.
    keys
        The partition key of each source.
    portion
        How many records of a batch the pipeline decides at a time.
    decided_first
        Each decision's item as it was first seen, without its label.
    violations
        What was seen during a call that must never be; raised there, a function might take it for trouble and go on.
    trace
        A line a call.
    """

    def __init__(self, *, seed: int = 0, schedule: Schedule = undisturbed, portion: int = 1000, **mapping: Any) -> None:
        self.aws = MemoryAws()
        self.aws.create_table("Decisions", "transaction_id")
        self.aws.create_table("Histories", "entity")
        self.aws.create_table("Cases", "card_id", indexes=CASE_INDEXES)
        for bucket in ("archive", "quarantine", "models"):
            self.aws.create_bucket(bucket)
        self.aws.endpoint = model("model-1")
        self.clock = VirtualClock()
        self.random = random.Random(seed)
        self.lanes = Lanes(self.random)
        self.schedule = schedule
        settings: dict[str, Any] = {"BisectBatchOnFunctionError": True, "BatchSize": 1000} | mapping
        self.mapping: Mapping = a_mapping(FunctionResponseTypes=["ReportBatchItemFailures"], **settings)
        self.shuffles = False
        self.portion = portion
        self.keys: dict[str, str] = {}
        self.timeout_seconds = _TIMEOUT_SECONDS
        self.log: dict[str, Record] = {}
        self.resolved: set[str] = set()
        self.discarded: list[Discard] = []
        self.progress: dict[str, Progress] = {}
        self.deliveries: Counter[str] = Counter()
        self.lost_alert_replies = 0
        self.decided_first: dict[str, dict[str, Any]] = {}
        self.violations: list[str] = []
        self.trace: list[str] = []
        self.printed: list[str] = []
        self.calls = 0
        self.runs = 0
        self.on_call: Callable[[Call], None] = lambda _: None
        self.prepare: Callable[[ModuleType], None] = lambda _: None
        self._functions: dict[tuple[str, str], Function] = {}
        self._active = ExitStack()
        self._running: dict[str, list[Run]] = defaultdict(list)
        random.seed(seed)  # botocore and the adapters draw their jitter from there
        fresh_quotas()

    # What functions see of it

    def carry(self, request: Request) -> Response:
        """Carry out a call, or let it fail as the schedule says."""
        self.lanes.switch()
        run = self._running[threading.current_thread().name][-1]
        run.dead |= self.clock.now_ms >= run.ends_ms
        if run.dead:
            raise ProcessDeathError  # it was killed before, or its time is up
        self.calls += 1
        call = Call(self, self.calls, request, lambda: self.aws.answer(request))
        self.on_call(call)
        fault, response = "died", None
        try:
            fault, response = self.schedule(call)
        except ProcessDeathError:
            run.dead = True
            raise
        except Exception as failure:
            fault = type(failure).__name__
            raise
        finally:
            self._note_decisions()
            status = response.status if response else 0
            self.trace.append(f"{call.number} {self.lanes.current} {call.name} {fault} {status}")
        return response

    def still_alive(self) -> None:
        """Die (again) where the running function is dead: for effects that are no AWS calls."""
        if self._running[threading.current_thread().name][-1].dead:
            raise ProcessDeathError

    def order_of(self, calls: int) -> list[int]:
        """Return in which order independent calls are made."""
        order = list(range(calls))
        if self.shuffles:
            self.random.shuffle(order)
        return order

    # The stream

    def put(
        self, shard: str, payloads: Iterable[bytes], *, arrived_at_ms: int | None = None, keys: Sequence[str] = ()
    ) -> list[Delivered]:
        """Append payloads to a shard; return them as Lambda will deliver them."""
        encoder = RecordEncoder(shard_id=shard, stream_arn=_STREAM_ARN, role_arn=ROLE_ARN)
        progress = self.progress.setdefault(shard, Progress())
        records = []
        for position, data in enumerate(payloads):
            number = f"4955{len(self.log) + 1:052d}"
            arrived = self.clock.now_ms if arrived_at_ms is None else arrived_at_ms
            record = Record(data=data, sequence_number=number, shard_id=shard, stream=STREAM, arrived_at_ms=arrived)
            self.log[record.source] = record
            self.keys[record.source] = keys[position] if keys else "key"
            progress.read(number)
            records.append(
                encoder.encode(
                    sequence_number=number,
                    partition_key=self.keys[record.source],
                    arrived_at_seconds=arrived / 1000,
                    data=data,
                )
            )
        return records

    def deliver(self, shard: str, records: Sequence[Delivered], *, environment: str = "") -> None:
        """Deliver one batch as Lambda's stream mapping does, until each of its records is resolved or given up."""
        work = BatchWork(tuple(records), self.mapping)
        while step := work.next_step(self.clock.time()):
            if isinstance(step, Wait):
                self.clock.sleep(step.seconds)
                self.lanes.switch()
            elif isinstance(step, Invoke):
                answer = self.invoke(shard, step.records, environment=environment)
                self._resolve(shard, work.answered(answer, self.clock.time()))
            else:
                self.discarded.append(step)
                self.progress[shard].resolve([record.sequence_number for record in step.records])

    def invoke(self, shard: str, records: Sequence[Delivered], *, environment: str = "") -> Answer:
        """Run the scoring function once on a batch; its death is an answer too."""
        for record in records:
            self.deliveries[f"{shard}:{record.sequence_number}"] += 1
        event = {"Records": [json.loads(record.event_json) for record in records]}
        self.trace.append(f"run {shard} {len(records)} from {records[0].sequence_number[-4:]}")
        try:
            result = self.run("score_transactions", event, environment=environment or shard)
        except (Exception, ProcessDeathError) as error:
            self.trace.append(f"failed {type(error).__name__}")
            return Answer(request_id="", payload=b"{}", function_error=type(error).__name__)
        self._well_formed(result, records)
        return Answer(request_id="", payload=json.dumps(result).encode())

    def run(self, function: str, event: dict[str, Any], *, environment: str = "", request_id: str = "") -> Any:
        """Run a function once.

        Raises
        ------
        Exception, ProcessDeathError
            What the handler raised, or how it died.
        """
        self.runs += 1
        if self.runs > _MOST_RUNS:
            raise EndlessError
        context = Context(self.clock, seconds=self.timeout_seconds, request_id=request_id or f"run-{self.runs}")
        handler = self._functions.setdefault((function, environment), Function(function, self.prepare))
        runs = self._running[threading.current_thread().name]
        if not any(self._running.values()):
            STAGE.world = self
            self._active.enter_context(playing())
        runs.append(Run(self.clock.now_ms + context.get_remaining_time_in_millis()))
        try:
            result = handler(event, context)
            if runs[-1].dead:
                raise ProcessDeathError  # whatever its `finally` blocks and context managers went on to do
            return result
        finally:
            runs.pop()
            if not any(self._running.values()):
                self.close()

    def close(self) -> None:
        """Leave the stage: clients, clocks and standard output are the process's again."""
        self._active.close()
        STAGE.world = None

    def ask(self, data: bytes, *, route: str = "/transactions", request_id: str = "request") -> tuple[int, Any]:
        """Send a body to the API once; return status and body, 500 where the function died."""
        self.log.setdefault(
            f"api:{request_id}",
            Record(
                data=data, sequence_number=request_id, shard_id="api", stream="api", arrived_at_ms=self.clock.now_ms
            ),
        )
        name = json.loads(data).get("transaction_id") if route == "/transactions" else None
        self.deliveries[f"api:{name}"] += 1
        event = {
            "version": "2.0",
            "routeKey": f"POST {route}",
            "rawPath": route,
            "rawQueryString": "",
            "headers": {"content-type": "application/json"},
            "requestContext": {"http": {"method": "POST", "path": route}, "stage": "$default", "requestId": "r="},
            "isBase64Encoded": False,
            "body": data.decode("utf-8", "surrogateescape"),
        }
        try:
            answer = self.run("serve_api", event, environment="api", request_id=request_id)
        except (Exception, ProcessDeathError) as error:
            self.trace.append(f"failed {type(error).__name__}")
            return 500, None
        return answer["statusCode"], json.loads(answer["body"])

    # What became of it

    @property
    def alerts(self) -> list[Message]:
        """Messages on the alert topic, in order."""
        return [message for message in self.aws.published if message.topic.endswith(":alerts")]

    @property
    def chats(self) -> list[Message]:
        """Messages on the topic of the chat channels, in order."""
        return [message for message in self.aws.published if message.topic.endswith(":chat")]

    @property
    def pending(self) -> set[str]:
        """Sources of stream records that are neither resolved nor given up."""
        sent = {source for source, record in self.log.items() if record.stream == STREAM}
        return sent - self.resolved - self._given_up()

    def items(self, table: str) -> dict[str, dict[str, Any]]:
        """Return a table's items as plain values: texts, numbers, bytes."""
        return {
            str(key): {name: _plain(value) for name, value in item.items()}
            for key, item in self.aws.tables[table].items()
        }

    def _resolve(self, shard: str, records: Sequence[Delivered]) -> None:
        numbers = [record.sequence_number for record in records]
        self.resolved.update(f"{shard}:{number}" for number in numbers)
        self.progress[shard].resolve(numbers)
        done = self.progress[shard].checkpoint
        passed = {
            source
            for source, record in self.log.items()
            if record.shard_id == shard and done is not None and int(record.sequence_number) <= int(done)
        }
        if passed & self.pending:
            self.violations.append(f"the checkpoint {done} passed an unresolved record")

    def _given_up(self) -> set[str]:
        return {f"{_shard_of(d)}:{r.sequence_number}" for d in self.discarded for r in d.records}

    def _well_formed(self, result: Any, records: Sequence[Delivered]) -> None:
        numbers = {record.sequence_number for record in records}
        failures = result.get("batchItemFailures") if isinstance(result, dict) else None
        if (
            not isinstance(failures, list)
            or set(result) != {"batchItemFailures"}
            or any(
                set(failure) != {"itemIdentifier"} or failure["itemIdentifier"] not in numbers for failure in failures
            )
        ):
            self.violations.append(f"the answer {result} is malformed")

    def _note_decisions(self) -> None:
        for key, item in self.aws.tables["Decisions"].items():
            kept = {name: value for name, value in item.items() if not name.startswith(("label", "completed"))}
            first = self.decided_first.setdefault(str(key), kept)
            if kept != first:
                self.violations.append(f"the decision of {key} changed")


def _shard_of(discard: Discard) -> str:
    return str(json.loads(discard.records[0].event_json)["eventID"]).partition(":")[0]


def _plain(value: dict[str, Any]) -> Any:
    ((kind, content),) = value.items()
    return b64decode(content) if kind == "B" else content
