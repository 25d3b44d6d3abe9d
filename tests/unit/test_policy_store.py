"""The live policy in a bucket: looked at rarely, the last good one kept whatever stands there or breaks."""

import json
import random
from collections import Counter
from dataclasses import dataclass, field, replace

import boto3
import msgspec
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from fraudstream.adapters.policy_store import REFRESH_MS, PolicyStore
from fraudstream.policy import canonical_json, default_policy, published, read_policy
from fraudstream.policy.published import LIVE_KEY, PREVIOUS_KEY, Published, digest, read_published
from hypothesis import given, settings
from hypothesis import strategies as st

from stubs.in_process import connect
from stubs.memory import MemoryAws
from stubs.wire import Response
from tests.policies import NOW_MS, document, named_list, rule
from tests.reliability.proof import proves, tried

FAULTS = {
    "unreachable": EndpointConnectionError(endpoint_url="https://s3"),
    "slow": ReadTimeoutError(endpoint_url="https://s3"),
    "503": Response(503, b"<Error><Code>SlowDown</Code><Message>m</Message></Error>"),
    "denied": Response(403, b"<Error><Code>AccessDenied</Code><Message>m</Message></Error>"),
    "no bucket": Response(404, b"<Error><Code>NoSuchBucket</Code><Message>m</Message></Error>"),
}


@dataclass
class Place:
    """A bucket whose requests are counted and can be made to fail, and processes that read their policy from it."""

    aws: MemoryAws = field(default_factory=MemoryAws)
    asked: Counter[str] = field(default_factory=Counter)
    fault: Exception | Response | None = None

    def __post_init__(self) -> None:
        self.aws.create_bucket("models")

    def process(self) -> PolicyStore:
        config = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        client = boto3.client("s3", region_name="us-east-1", config=config, **keys)
        return PolicyStore(connect(client, self.aws, self._around), "models")

    def put(self, key: str, version: str, *rules: dict[str, object], **fields: object) -> bytes:
        text = canonical_json(read_policy(document(*rules, version=version, **fields)))
        said = {"author": "a", "at": "2026-11-24T08:00:00.000Z", "why": "w", "sha256": digest(text)}
        body = msgspec.json.encode(Published(version=version, policy=msgspec.Raw(text), **said))
        self.aws.objects["models"][key] = body
        return body

    def _around(self, request, proceed):
        self.asked[request.operation] += 1
        if isinstance(self.fault, Exception):
            raise self.fault
        return self.fault or proceed()


@pytest.fixture
def place() -> Place:
    return Place()


def test_it_is_looked_at_twice_a_minute_and_read_again_only_if_it_changed(place):
    """Between two looks no request; an unchanged document is not transferred."""
    place.put(LIVE_KEY, "1", rule())
    store = place.process()
    for ms in range(0, REFRESH_MS, 1_000):
        assert store.current(NOW_MS + ms).version == "1"
    assert place.asked == {"GetObject": 1}
    first = store.current(NOW_MS + REFRESH_MS)
    assert place.asked == {"GetObject": 2}
    place.put(LIVE_KEY, "2", rule())
    assert store.current(NOW_MS + 2 * REFRESH_MS - 1) is first
    assert store.current(NOW_MS + 2 * REFRESH_MS).version == "2"
    assert store.current(NOW_MS + 2 * REFRESH_MS).origin.author == "a"
    assert place.asked == {"GetObject": 3}
    assert store.troubles() == []


def test_a_clock_that_is_put_back_does_not_keep_a_policy_for_ever(place):
    """It is looked at again."""
    place.put(LIVE_KEY, "1", rule())
    store = place.process()
    store.current(NOW_MS)
    place.put(LIVE_KEY, "2", rule())
    assert store.current(NOW_MS - 86_400_000).version == "2"


def test_before_anything_was_published_the_policy_that_ships_decides(place):
    """And nobody is told of trouble."""
    store = place.process()
    assert store.current(NOW_MS) is default_policy()
    assert store.troubles() == []
    place.put(LIVE_KEY, "1", rule())
    assert store.current(NOW_MS + REFRESH_MS).version == "1"


@proves(faults=[23])
def test_a_refused_document_leaves_the_last_good_one_and_is_told_at_every_look(place):
    """The alarm stays on while it stands there; the place of the mistake is in the log line."""
    place.put(LIVE_KEY, "1", rule())
    store = place.process()
    store.current(NOW_MS)
    body = place.put(LIVE_KEY, "2", rule()).replace(b"amount >=", b"amuont >=")
    text = json.loads(body)["policy"]
    raw = json.dumps(text, separators=(",", ":")).encode()
    wrong = json.loads(body) | {"sha256": digest(raw)}
    place.aws.objects["models"][LIVE_KEY] = json.dumps(wrong, separators=(",", ":")).encode()
    for look in (1, 2, 3):
        assert store.current(NOW_MS + look * REFRESH_MS).version == "1"
        (trouble,) = store.troubles()
        assert trouble.metric == "RulesRefused"
        assert "rule 'large', line 1, column 1: no field, feature or list is called 'amuont'" in trouble.reason
    place.put(LIVE_KEY, "3", rule())
    assert store.current(NOW_MS + 4 * REFRESH_MS).version == "3"
    assert store.troubles() == []


@proves(faults=[23])
def test_a_new_process_takes_the_previous_one_where_the_live_one_is_refused(place):
    """And the one that ships where that is not valid, either."""
    place.aws.objects["models"][LIVE_KEY] = b"{"
    place.put(PREVIOUS_KEY, "0", rule())
    store = place.process()
    assert store.current(NOW_MS).version == "0"
    assert [trouble.metric for trouble in store.troubles()] == ["RulesRefused"]
    place.aws.objects["models"][PREVIOUS_KEY] = b"{"
    other = place.process()
    assert other.current(NOW_MS) is default_policy()
    assert [trouble.metric for trouble in other.troubles()] == ["RulesRefused", "RulesStale"]


@proves(faults=[19, 23])
@pytest.mark.parametrize("fault", FAULTS)
def test_where_the_bucket_is_away_the_last_good_one_decides_and_it_is_asked_again_later(fault, place):
    """No batch fails for it, and none waits: one try at each look."""
    place.put(LIVE_KEY, "1", rule())
    store = place.process()
    store.current(NOW_MS)
    place.put(LIVE_KEY, "2", rule())
    place.fault = FAULTS[fault]
    for look in (1, 2):
        place.asked.clear()
        assert store.current(NOW_MS + look * REFRESH_MS).version == "1"
        assert place.asked == {"GetObject": 1}
        assert [trouble.metric for trouble in store.troubles()] == ["RulesStale"]
    place.fault = None
    assert store.current(NOW_MS + 3 * REFRESH_MS).version == "2"


@proves(faults=[23])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_new_process_decides_even_where_the_bucket_is_away(fault, place):
    """By the policy that ships, until it can read another."""
    place.put(LIVE_KEY, "1", rule())
    place.fault = FAULTS[fault]
    store = place.process()
    assert store.current(NOW_MS) is default_policy()
    assert {trouble.metric for trouble in store.troubles()} == {"RulesStale"}
    place.fault = None
    assert store.current(NOW_MS + REFRESH_MS).version == "1"


def test_a_document_that_is_gone_is_told_and_what_decided_goes_on(place):
    """Somebody deleted it: a new process takes the one before."""
    place.put(LIVE_KEY, "1", rule())
    place.put(PREVIOUS_KEY, "0", rule())
    store = place.process()
    store.current(NOW_MS)
    del place.aws.objects["models"][LIVE_KEY]
    assert store.current(NOW_MS + REFRESH_MS).version == "1"
    assert [trouble.metric for trouble in store.troubles()] == ["RulesStale"]
    assert place.process().current(NOW_MS).version == "0"


@proves(faults=[23])
def test_a_document_that_our_own_compiler_trips_over_is_refused_like_any_other(place, monkeypatch):
    """It is tried on rows of every kind before it decides: a hole in the check of types stops no batch."""
    place.put(LIVE_KEY, "1", rule())
    store = place.process()
    store.current(NOW_MS)
    place.put(LIVE_KEY, "2", rule())
    whole = published.compile_policy

    def with_a_hole(*given):
        compiled = whole(*given)
        voices = tuple(replace(voice, holds=lambda columns, now: columns.nothing) for voice in compiled.voices)
        return replace(compiled, voices=voices)

    monkeypatch.setattr(published, "compile_policy", with_a_hole)
    assert store.current(NOW_MS + REFRESH_MS).version == "1"
    assert [trouble.metric for trouble in store.troubles()] == ["RulesRefused"]


def test_troubles_that_nobody_asks_for_do_not_pile_up(place):
    """A function whose batches fail for other reasons reports nothing for hours."""
    store = place.process()
    place.fault = FAULTS["503"]
    for look in range(50):
        store.current(NOW_MS + look * REFRESH_MS)
    assert len(store.troubles()) == 10


@proves(faults=[23])
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_whatever_bytes_come_to_stand_there_the_last_good_one_decides(data):
    """Bytes changed, cut off, put in, or quite others: refused and told, or what was published to the byte."""
    place = Place()
    good = place.put(LIVE_KEY, "1", rule(), lists=[named_list("card_a")])
    store = place.process()
    store.current(NOW_MS)
    seed = random.Random(data.draw(st.integers(0, 2**32)))
    body = bytearray(place.put(LIVE_KEY, "2", rule(), lists=[named_list("card_b")]))
    published = bytes(body)
    for _ in range(seed.randrange(1, 5)):
        at = seed.randrange(len(body) + 1)
        body[at : at + seed.randrange(3)] = seed.randbytes(seed.randrange(3))
    if seed.random() < 0.2:
        del body[seed.randrange(len(body)) :]
    place.aws.objects["models"][LIVE_KEY] = bytes(body)
    decided = store.current(NOW_MS + REFRESH_MS)
    metrics = [trouble.metric for trouble in store.troubles()]
    if metrics == ["RulesRefused"]:
        assert canonical_json(decided.policy) == canonical_json(read_published(good).policy)
    else:
        # What changed is beside the policy: its author, its reason, the text it was written as.
        assert metrics == []
        assert canonical_json(decided.policy) == canonical_json(read_published(published).policy)
    tried()
