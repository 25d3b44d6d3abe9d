"""Backtests of the console: asked for, done once by one process, told while they run, and told when they died."""

import errno
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from fraudstream.api.backtests import BEGUN_WITHIN_MS, SILENT_MS, Told
from fraudstream.errors import StoreUnavailableError

from operate import backtest
from operate.archive.errors import ArchiveError
from tests.archives import decide, pipeline, policy, rule
from tests.samples import NOW_MS, iso, transaction
from tests.unit.serve_rules_world import RulesWorld, backtest_function, rules_world, text

LARGE = [rule("large", "amount_minor > 5000")]
DAY_MS = 86_400_000


class Desk:
    """Who asks, Lambda, and the function that does it."""

    def __init__(self, world: RulesWorld, handler: Any, archive: Any) -> None:
        self.world, self.handler, self.archive = world, handler, archive
        self.left_ms = 900_000

    def start(self, yaml: str = "", days: int = 7) -> tuple[int, Any]:
        return self.world.ask("POST /rules/backtests", {"yaml": yaml or text("2", "amount_minor > 3000"), "days": days})

    def look(self, backtest_id: str, after_ms: int = 0) -> Any:
        self.world.now_ms += after_ms
        status, told = self.world.ask("GET /rules/backtests/{backtest_id}", backtest_id=backtest_id)
        assert status == 200
        return told

    def run(self, backtest_id: str) -> None:
        context = SimpleNamespace(aws_request_id="r", get_remaining_time_in_millis=lambda: self.left_ms)
        self.handler.handler({"backtest_id": backtest_id}, context)

    def done(self, **asked: Any) -> Any:
        backtest_id = self.start(**asked)[1]["backtest_id"]
        self.run(backtest_id)
        return self.look(backtest_id)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, tmp_path) -> Iterator[Desk]:
    """A desk before an archive of eight payments, decided an hour ago by the rule `large`."""
    with rules_world(monkeypatch) as world, backtest_function(monkeypatch, world, tmp_path) as (handler, archive):
        made = pipeline(policy("v1", *LARGE))
        then = NOW_MS - 3_600_000
        sent = [
            transaction(n, amount_minor=n * 1000, card_id=f"card_{n}", event_time=iso(then + n)) for n in range(1, 9)
        ]
        decide(made, sent, now_ms=then + 1000)
        for key, body in made.archive.objects.items():
            world.s3.put_object(Bucket="archive", Key=key, Body=body)
        monkeypatch.setattr(handler.time, "time_ns", lambda: world.now_ms * 1_000_000)
        yield Desk(world, handler, archive)


def test_a_backtest_goes_from_waiting_to_a_report(desk):
    """The document is the command line's, of the same archive."""
    status, started = desk.start()
    assert (status, desk.world.functions.invoked) == (202, [started["backtest_id"]])
    waiting = desk.look(started["backtest_id"])
    assert waiting == {"state": "waiting", "progress": 0.0, "why": None, "report": None}
    desk.run(started["backtest_id"])
    told = desk.look(started["backtest_id"])
    assert (told["state"], told["progress"], told["why"]) == ("done", 1.0, None)
    report = told["report"]
    assert report["rows"]["evaluated"] == 8
    assert report["changed"]["version"] == "2"
    assert (report["changed"]["block"], report["period"]["share_of_cards"]) == (5, None)
    assert report["money"]["alert_minor"] == 500


def test_the_figures_are_those_of_the_command_line(desk, tmp_path):
    """The very same document but for where the archive lies and how long it took."""
    report = desk.done()["report"]
    for key, body in desk.world.aws.s3.objects["archive"].items():
        path = tmp_path / "objects" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    (tmp_path / "new.yaml").write_text(text("2", "amount_minor > 3000"))
    options = ("--archive", tmp_path / "objects", "--cache", tmp_path / "cache", "--json", tmp_path / "told.json")
    assert backtest.main([str(each) for each in (tmp_path / "new.yaml", *options)]) == 0
    theirs = json.loads((tmp_path / "told.json").read_text())
    for name in theirs.keys() - {"archive", "seconds"}:
        assert report[name] == theirs[name], name


def test_only_the_period_that_was_asked_for_is_tried(desk):
    """Decided before: not of it; and a period without any says what to do."""
    desk.world.now_ms += 2 * DAY_MS
    assert desk.done(days=3)["report"]["rows"]["evaluated"] == 8
    assert desk.done(days=1)["why"] == "No transaction was decided in the last day: choose a longer period."


def test_of_too_many_rows_some_cards_are_tried_and_that_is_said(desk, monkeypatch):
    """Always with all their transactions."""
    monkeypatch.setattr(desk.archive, "MOST_ROWS", 4)
    report = desk.done()["report"]
    assert report["period"]["share_of_cards"] == 0.5
    assert 0 < report["rows"]["evaluated"] < 8


def test_one_at_a_time(desk):
    """The second is refused until the first has ended, also in a failure."""
    first = desk.start()[1]["backtest_id"]
    status, told = desk.start()
    assert (status, told["reason"]) == (409, "busy")
    desk.run(first)
    second = desk.start()[1]["backtest_id"]
    assert desk.start()[0] == 409
    desk.world.now_ms += BEGUN_WITHIN_MS + 1
    assert desk.start()[0] == 202
    assert desk.look(second)["state"] == "failed"


def test_of_two_who_start_at_once_one_is_refused(desk):
    """Both saw that nothing is under way; one write is the first."""

    def around(request, proceed):
        if request.operation == "PutObject" and request.path.endswith("/latest.json"):
            desk.world.around = lambda _, go: go()
            assert desk.start()[0] == 202
        return proceed()

    desk.world.around = around
    assert desk.start()[0] == 409
    assert len(desk.world.functions.invoked) == 1


def test_an_event_that_is_delivered_twice_is_done_once(desk, monkeypatch):
    """The second finds that the first has begun."""
    backtest_id = desk.start()[1]["backtest_id"]
    desk.run(backtest_id)
    monkeypatch.setattr(desk.handler, "try_text", lambda *_: pytest.fail("done again"))
    desk.run(backtest_id)
    assert desk.look(backtest_id)["state"] == "done"


def test_what_begins_too_late_does_not_begin(desk):
    """Its author was told so, and may have started another."""
    backtest_id = desk.start()[1]["backtest_id"]
    assert "not begun" in desk.look(backtest_id, after_ms=BEGUN_WITHIN_MS + 1)["why"]
    desk.run(backtest_id)
    assert desk.look(backtest_id)["state"] == "failed"


def test_a_run_that_died_is_told_as_failed(desk, monkeypatch):
    """It had said how far it was, and then no more."""
    backtest_id = desk.start()[1]["backtest_id"]

    def dies(_wanted, progress):
        desk.world.now_ms += 2_000
        progress(0.25)
        raise SystemExit

    monkeypatch.setattr(desk.handler, "try_text", dies)
    with pytest.raises(SystemExit):
        desk.run(backtest_id)
    assert desk.look(backtest_id) == {"state": "running", "progress": 0.25, "why": None, "report": None}
    told = desk.look(backtest_id, after_ms=SILENT_MS + 1)
    assert (told["state"], told["progress"]) == ("failed", 0.25)
    assert "without a word" in told["why"]


@pytest.mark.parametrize(
    ("error", "said", "expected"),
    [
        (ArchiveError("x changed while it was read"), "The archive cannot be read", True),
        (OSError(errno.ENOSPC, "full"), "larger than the function's disk", True),
        (ZeroDivisionError("1/0"), "nobody expected", False),
        (StoreUnavailableError("S3"), "nobody expected", False),
    ],
)
def test_what_ends_it_is_said_to_its_author(desk, monkeypatch, error, said, expected):
    """And raised where operators are to hear of it."""
    backtest_id = desk.start()[1]["backtest_id"]

    def breaks(*_):
        raise error

    monkeypatch.setattr(desk.handler, "try_text", breaks)
    if expected:
        desk.run(backtest_id)
    else:
        with pytest.raises(type(error)):
            desk.run(backtest_id)
    told = desk.look(backtest_id)
    assert told["state"] == "failed"
    assert said in told["why"]


def test_time_that_runs_out_is_said_and_what_was_decoded_stays(desk):
    """Started again soon, it goes on where it ended."""
    desk.left_ms = 10_000
    told = desk.done()
    assert (told["state"], "fifteen minutes" in told["why"]) == ("failed", True)
    desk.left_ms = 900_000
    report = desk.done()["report"]
    assert (report["rows"]["evaluated"], report["archive"]["objects_decoded"]) == (8, 0)


def test_live_rules_that_cannot_be_read_are_said(desk):
    """Somebody put something else there."""
    desk.world.s3.put_object(Bucket="models", Key="rules/live.json", Body=b"{}")
    assert "not valid" in desk.done()["why"]


def test_unreadable_objects_are_named_and_the_rest_is_told(desk):
    """At most twenty of them."""
    for number in range(25):
        key = f"archive/date=2100-01-01/hour=00/s/{number:02}.jsonl.zst"
        desk.world.s3.put_object(Bucket="archive", Key=key, Body=b"\x28\xb5\x2f\xfd garbage")
    unreadable = desk.done()["report"]["unreadable"]
    assert (len(unreadable), unreadable[-1]) == (21, "and 5 objects more")


def test_a_function_that_cannot_be_started_is_said_and_blocks_nobody(desk):
    """503, to be sent again."""
    desk.world.functions.failure = StoreUnavailableError("Lambda")
    assert desk.start()[0] == 503
    desk.world.functions.failure = None
    assert desk.start()[0] == 202


def test_ids_are_unguessable_and_others_are_not_found(desk):
    """Letters alone, so that none looks like a card number; a path that is no id asks no bucket."""
    first = desk.start()[1]["backtest_id"]
    assert set(first.removeprefix("bt-")) <= set("abcdefghijklmnop")
    for other in ("bt-" + "a" * 32, "x", "../rules/live", "bt-" + "A" * 32):
        assert desk.world.ask("GET /rules/backtests/{backtest_id}", backtest_id=other)[0] == 404
    desk.run("bt-" + "a" * 32)
    expired = Told(state="done", progress=1, at_ms=NOW_MS)
    desk.world.s3.put_object(Bucket="models", Key=f"backtests/{first}/state.json", Body=msgspec.json.encode(expired))
    assert desk.world.ask("GET /rules/backtests/{backtest_id}", backtest_id=first)[0] == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"yaml": "version: 1", "days": 0}, 422),
        ({"yaml": "version: 1", "days": 91}, 422),
        ({"yaml": "version: [", "days": 7}, 422),
        ({"days": 7}, 422),
        ([], 400),
    ],
)
def test_what_cannot_be_tried_is_not_started(desk, body, status):
    """The period, and the text, are looked at before."""
    assert desk.world.ask("POST /rules/backtests", body)[0] == status
    assert desk.world.functions.invoked == []
