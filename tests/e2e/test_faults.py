"""Real processes that die, an endpoint that misbehaves, a function that always fails: afterwards everything is right.

One stack under an even load of transactions, repeats, garbage and labels. With `FAULTS_SECONDS=600` in the environment
each disturbance lasts so long; without it they are as short as they can be. `FAULTS_SEED` chooses the moments.
"""

import os
import random
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from local.alert_queue import AlertQueue
from local.demo_data import DemoData
from local.faults import endpoint_that
from local.findings import gather
from local.producer import Producer
from local.sending import Shipment
from local.stream_plan import Kind
from local.waiting import wait_until
from tests.e2e.conftest import Deployed
from tests.e2e.faults_deeds import arrivals, given_up, met, open_shards, redrive, retries
from tests.e2e.faults_load import Load, configured, settings, shipments, small_world
from tests.e2e.faults_model import CONFIGS, create_endpoint, delete_endpoint, deploy_model, update_endpoint
from tests.e2e.faults_processes import PROC, interrupted, kill_all, kill_at_work
from tests.e2e.test_api import ask, sent  # noqa: F401 ask is a fixture
from tests.reliability.proof import proves, tried

pytestmark = pytest.mark.e2e

SECONDS = float(os.environ.get("FAULTS_SECONDS", "0"))
SEED = int(os.environ.get("FAULTS_SEED", "1"))
RECORDS_A_SECOND = 100
KILLS = 15
UNSCORED_AFTER_SECONDS = 4
FEW = 8


@pytest.fixture(scope="module")
def data() -> DemoData:
    """Some thousand transactions, more where the disturbances last longer."""
    return small_world(3_200 + int(4 * SECONDS * RECORDS_A_SECOND), SEED)


@pytest.fixture(scope="module")
def parts(data: DemoData) -> list[Shipment]:
    """What is sent while processes are killed or starved, the endpoint misbehaves, shards split, and nothing works."""
    part = (len(data.streamed) - FEW) // 4
    killed, starved, answered, split, given_up = shipments(data, [part, part, part, part, FEW])
    # Nothing of the last part is decided when its conflict comes, the last record: there is nothing to contradict.
    return [killed, starved, answered, split, Shipment(records=given_up.records[:-1])]


@pytest.fixture(scope="module")
def load(deployed: Deployed, data: DemoData) -> Iterator[Load]:
    """A stack with a model, watched from its first record on."""
    deploy_model(deployed, data)
    load = Load(deployed)
    yield load
    load.close()


@pytest.fixture(scope="module")
def operators(deployed: Deployed) -> Iterator[AlertQueue]:
    """A subscriber of the topic that alarms go to."""
    queue = AlertQueue(deployed.client("sqs"), deployed.client("sns"), deployed.outputs["OperationsTopicArn"])
    yield queue
    queue.remove()


def assert_everything_is_right(load: Load) -> None:
    """Every proof holds of all that was sent so far, and no record was given up."""
    account, _, proofs = load.check()
    assert [f"{proof.claim}: {proof.found}" for proof in proofs if not proof.holds] == []
    assert len(proofs) >= 7
    assert account.sent > 0
    tried(account.sent)


@pytest.mark.skipif(not PROC.exists(), reason="processes are found through /proc, which this system does not have")
@proves(faults=[1, 3, 14], invariants=[1, 2, 3, 4, 5, 6, 8, 11])
def test_a_function_killed_at_random_moments_under_load_loses_nothing_and_does_nothing_twice(deployed, load, parts):
    """SIGKILL in the middle of batches: all proofs hold; alerts arrive at least once, at most one copy more a kill."""
    chance, kills = random.Random(SEED), 0

    def disturb(resolved: threading.Event) -> None:
        nonlocal kills
        began = time.monotonic()
        while kills < KILLS or time.monotonic() - began < SECONDS:
            if not kill_at_work(deployed, chance, resolved):
                return
            kills += 1

    load.run(parts[0], records_a_second=RECORDS_A_SECOND, disturb=disturb)
    assert kills >= KILLS
    hits = interrupted(deployed)
    assert hits >= KILLS // 2, f"only {hits} of {kills} kills met a batch under way"
    assert_everything_is_right(load)
    assert max(load.deliveries.values()) <= 1 + hits
    assert load.deliveries.keys() == load.alerts.keys()
    assert given_up(deployed) == []
    print(f"{kills} kills, {hits} in a batch; {load.deliveries.total() - len(load.alerts)} extra copies of alerts")


@proves(faults=[9, 30], invariants=[1, 2, 3, 4, 8, 11])
def test_what_always_fails_is_kept_whole_and_redriven_after_the_fix(deployed, load, parts, operators):
    """Retries exhausted, payloads in the bucket; then the fix and the redrive, twice: all is as it should be."""
    lost = parts[4]
    names = {record.transaction_id for record in lost.records if record.kind is Kind.TRANSACTION}

    with settings(deployed, DECISIONS_TABLE="a-table-that-is-not-there"), retries(deployed, 1):
        producer = Producer(deployed.client("kinesis"), deployed.outputs["TransactionStreamName"])
        producer.send(lost.records)
        receipts = producer.receipts
        # Bisecting leaves garbage alone in the end, and a batch of garbage needs no table.
        whole = {source: record.data for source, record in receipts.items() if record.kind is not Kind.GARBAGE}
        wait_until(lambda: sorted(given_up(deployed)) == sorted(whole.items()))
    load.receipts |= receipts
    assert not names & gather(deployed.client, deployed.outputs).table.keys()

    for _ in range(2):
        done = redrive(deployed)
        assert done.returncode == 3, done.stdout + done.stderr  # garbage is refused again, for which there is no fix
    assert_everything_is_right(load)
    assert names <= gather(deployed.client, deployed.outputs).table.keys()
    assert given_up(deployed) == []


@proves(faults=[1], invariants=[1, 2, 3, 4, 5, 6, 8])
def test_a_function_out_of_time_or_out_of_memory_loses_nothing(deployed, load, parts):
    """The platform ends it, delivers again, and once it is configured well everything is made good."""

    def disturb(_: threading.Event) -> None:
        with (
            configured(deployed, Timeout=1),
            endpoint_that(deployed, **SILENCE),
            met(deployed, "Task timed out after 1"),
        ):
            time.sleep(SECONDS / 4)
        with configured(deployed, MemorySize=32), met(deployed, "Runtime.OutOfMemory"):
            time.sleep(SECONDS / 4)

    load.run(parts[1], records_a_second=RECORDS_A_SECOND, disturb=disturb)
    assert_everything_is_right(load)
    assert max(load.deliveries.values()) <= 1 + interrupted(deployed)
    assert given_up(deployed) == []


FAULTS = {
    "ModelError": {"mode": "error"},
    "ThrottlingException": {"mode": "throttle"},
    "ServiceUnavailable": {"mode": "unavailable"},
    "something else than agreed": {"mode": "nan"},
    "scores for": {"mode": "wrong_count"},
    "not within 0 to 1": {"mode": "out_of_range"},
}
"""By what the function's log says of it."""
SILENCE = {"mode": "slow", "seconds": 5.5}
A_BATCH_SECONDS = 5
"""A decision says when its batch began: on a busy machine that may be so long before it asked the endpoint."""


@proves(faults=[17, 18], invariants=[1, 3, 4, 5, 6, 8, 9, 10])
def test_whatever_the_endpoint_does_decisions_are_sound_and_rules_decide_only_what_waited(deployed, load, parts):
    """Slow, failing, throttling, talking nonsense, updating, deleted, created again: no bad answer is decided on."""
    missing: list[tuple[float, float]] = []

    def disturb(_: threading.Event) -> None:
        each = SECONDS / (len(FAULTS) + 1)
        away = SILENCE if SECONDS else {"mode": "unavailable"}  # three timeouts take a quarter of a minute
        with endpoint_that(deployed, mode="slow", seconds=0.7):
            time.sleep(1)
        for words, fault in FAULTS.items():
            with endpoint_that(deployed, **fault), met(deployed, words):
                time.sleep(each)
            with met(deployed, SCORED):
                kill_all(deployed)  # else its breaker would keep the next fault from being met
        with settings(deployed, UNSCORED_AFTER_SECONDS=str(UNSCORED_AFTER_SECONDS)):
            with endpoint_that(deployed, **away), met(deployed, BY_RULES):
                time.sleep(each)
            with met(deployed, SCORED):
                pass
        update_endpoint(deployed, CONFIGS[1])
        began = time.time()
        with met(deployed, BY_RULES):
            delete_endpoint(deployed)
        create_endpoint(deployed)
        missing.append((began - A_BATCH_SECONDS, time.time()))

    load.run(parts[2], records_a_second=len(parts[2].records) / (70 + SECONDS), disturb=disturb)
    assert_everything_is_right(load)
    assert given_up(deployed) == []
    found = gather(deployed.client, deployed.outputs)
    arrived = arrivals(deployed)
    by_rules = {name: line["decision"] for name, line in found.archived.items()}
    by_rules = {name: decision for name, decision in by_rules.items() if decision["scored_by"] == "rules"}
    assert 0 < len(by_rules) < len(found.archived) / 2
    for name, decision in by_rules.items():
        decided = datetime.fromisoformat(decision["decided_at"]).timestamp()
        waited = decided - arrived[found.decided_from[name]]
        assert waited >= UNSCORED_AFTER_SECONDS or any(since <= decided <= until for since, until in missing), name
        assert decision["decision"] != "approve" or decision["rules_fired"], "approved in silence"
    print(f"{len(by_rules)} of {len(found.archived)} decided by rules")


@pytest.mark.skipif(not PROC.exists(), reason="processes are found through /proc, which this system does not have")
@proves(faults=[17, 18, 31], invariants=[1, 13])
def test_the_api_answers_503_or_a_sound_decision_and_always_the_same(deployed, load, ask):  # noqa: F811
    """While the endpoint fails or talks nonsense nothing is decided; a caller whose request died asks again."""
    payload = sent(1)
    for mode in ("error", "nan"):
        with endpoint_that(deployed, mode=mode):
            status, problem = ask("POST", "/transactions", payload)
        assert (status, problem["reason"]) == (503, "unavailable")
        assert ask("GET", "/decisions/api-1")[0] == 404
    kill_all(deployed, "serve-api")
    answers: list[int] = []
    with endpoint_that(deployed, mode="slow", seconds=2):
        asking = threading.Thread(target=lambda: answers.append(ask("POST", "/transactions", payload)[0]))
        asking.start()
        time.sleep(1.5)
        kill_all(deployed, "serve-api")
        asking.join()
    assert 500 <= answers[0] <= 504
    status, decision = ask("POST", "/transactions", payload)
    assert (status, decision["scored_by"]) == (200, "endpoint")
    assert ask("POST", "/transactions", payload) == (200, decision)
    if load.receipts:  # when this test runs alone there is nothing to account for
        assert_everything_is_right(load)


@proves(faults=[11], invariants=[1, 3, 4, 7])
def test_a_shard_split_and_merged_under_load_loses_nothing_and_keeps_each_cards_order(deployed, load, parts):
    """What the parents still hold is decided before what the children take."""
    kinesis, stream = deployed.client("kinesis"), deployed.outputs["TransactionStreamName"]

    def disturb(_: threading.Event) -> None:
        pause = max(1.5, SECONDS / 3)
        time.sleep(pause)
        [shard] = open_shards(deployed)
        kinesis.split_shard(StreamName=stream, ShardToSplit=shard, NewStartingHashKey=str(2**127))
        time.sleep(pause)
        left, right = open_shards(deployed)
        kinesis.merge_shards(StreamName=stream, ShardToMerge=left, AdjacentShardToMerge=right)
        time.sleep(pause)

    before = set(load.receipts)
    load.run(parts[3], records_a_second=RECORDS_A_SECOND, disturb=disturb)
    assert_everything_is_right(load)
    sent = {source: record for source, record in load.receipts.items() if source not in before}
    assert len({source.partition(":")[0] for source in sent}) == 4
    found = gather(deployed.client, deployed.outputs)
    decided: dict[str, list[str]] = {}
    for source, record in sent.items():
        name = record.transaction_id
        if name and found.decided_from[name] == source:
            decided.setdefault(record.partition_key, []).append(found.archived[name]["decision"]["decided_at"])
    assert max(map(len, decided.values())) > 3
    assert all(times == sorted(times) for times in decided.values())


@proves(faults=[9])
def test_the_operators_were_told_that_records_had_been_given_up(operators):
    """The alarm reaches their topic, and says what to do. It looks at whole minutes, so it is waited for last."""
    told: list[dict[str, Any]] = []

    def given_up_alarm() -> dict[str, Any] | None:
        told.extend(operators.poll())
        return next((m for m in told if "GivenUpAlarm" in m["AlarmName"] and m["NewStateValue"] == "ALARM"), None)

    assert "redrive" in wait_until(given_up_alarm, seconds=120)["AlarmDescription"]


SCORED = r'"Decided": ?[1-9][^{}]*"RulesOnlyDecisions": ?0\b'
BY_RULES = r'"RulesOnlyDecisions": ?[1-9]'
