"""`python -m operate explain`: any decision's score, computed again to the bit, or why not."""

import json
import re
import struct
from pathlib import Path

import pytest
import zstandard
from botocore.exceptions import ClientError

from operate.__main__ import main
from operate.explain import command
from tests.fakes import no_model
from tests.reliability.proof import proves
from tests.samples import NOW_MS, records, transaction
from tests.unit.explain_world import RealModel, World, packed, trained

BATCH = [transaction(n, card_id=f"card_{n % 3}", amount_minor=900 * n * n + 7) for n in range(1, 13)]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("explain"), "run-1")


@pytest.fixture
def world(directory: Path) -> World:
    """Return a stack that decided a batch with a registered model, and has a newer one by now."""
    world = World(RealModel(directory))
    world.pipeline.run(records(BATCH), NOW_MS)
    world.add_model(directory, "run-1")
    world.registry.register("run-2", "s3://models/elsewhere")
    world.registry.pointer = {"model_version": "run-2", "model_data_url": "s3://models/elsewhere"}
    return world


@pytest.fixture
def give(monkeypatch):
    """Give the command over a world."""

    def give(world: World | None, *arguments: str) -> int:
        def find_target(_: object):
            assert world is not None, "nothing may be asked of AWS"
            return world.target

        monkeypatch.setattr(command, "find_target", find_target)
        return main(["explain", *arguments])

    return give


def archived_lines(world: World) -> list[dict]:
    [body] = world.aws.s3.objects["archive"].values()
    return [json.loads(line) for line in zstandard.ZstdDecompressor().stream_reader(body).read().splitlines()]


def rewrite_archive(world: World, change) -> None:
    """Store the archive's object with its first line changed."""
    [(key, _)] = world.aws.s3.objects["archive"].items()
    lines = archived_lines(world)
    change(lines[0])
    world.aws.s3.objects["archive"][key] = zstandard.compress("\n".join(map(json.dumps, lines)).encode())


@proves(invariants=[9])
def test_every_decisions_score_is_computed_again_to_the_bit(world, give, capsys):
    """By an older version than the champion, from the table, with the archive's line beside it."""
    for sent in BATCH:
        assert give(world, sent["transaction_id"]) == 0
        said = capsys.readouterr().out
        stored = world.pipeline.decisions.find(sent["transaction_id"])
        stored_line, computed_line = re.findall(r"  (?:stored|computed) +(\S+) +(\S+)", said)
        assert stored_line == computed_line == (repr(stored.fraud_score), stored.fraud_score.hex())
        assert "archived in s3://archive/archive/date=2026-09-21/hour=14/shardId-000000000000/" in said
        assert stored.reasons[0].text in said
        total, margin = map(float, re.search(r"(\S+)  in all; the score's log-odds are (\S+)", said).groups())
        assert abs(total - margin) < 1e-3


def test_it_says_what_was_decided_by_what_and_what_it_turned_out_to_be(world, give, capsys):
    """Decision, rules, versions, label, and every feature if asked for."""
    give(world, "tx-12", "--all")
    said = capsys.readouterr().out
    assert "tx-12: review, 1296.07 EUR" in said
    assert "versions: model run-1, rules " in said
    assert "[hour_of_day = 14.0]" in said
    assert "the decision is what its model makes of what was kept" in said


@pytest.mark.parametrize("form", ["object", "lines", "directory"])
def test_it_works_without_any_aws(world, give, directory, tmp_path, form):
    """From an archive object, compressed or not, or a directory of them, and a model directory or its archive."""
    [(key, body)] = world.aws.s3.objects["archive"].items()
    path = tmp_path / "archive" / Path(key).name
    path.parent.mkdir()
    if form == "lines":
        path = path.with_suffix("")
        path.write_text("\n".join(map(json.dumps, archived_lines(world))))
    else:
        path.write_bytes(body)
    artefact = tmp_path / "model.tar.gz"
    artefact.write_bytes(packed(directory))
    place = path.parent if form == "directory" else path
    for model in (directory, artefact, tmp_path):
        assert give(None, "tx-7", "--archive", str(place), "--model", str(model)) == 0
        assert give(None, "tx-99", "--archive", str(place), "--model", str(model)) == 2


def test_one_bit_of_the_stored_score_is_enough_to_differ(world, give, capsys):
    """Exit code 1, and both numbers."""
    item = next(i for i in world.aws.tables["decisions"].values() if i["transaction_id"] == {"S": "tx-1"})
    score = float(item["fraud_score"]["N"])
    [bits] = struct.unpack("<q", struct.pack("<d", score))
    [other] = struct.unpack("<d", struct.pack("<q", bits + 1))
    item["fraud_score"] = {"N": repr(other)}
    assert give(world, "tx-1") == 1
    said = capsys.readouterr().out
    assert f"stored      {other!r}" in said
    assert f"computed    {score!r}" in said
    assert "DIFFERENT: the score computed again is not the stored one" in said


def test_a_table_and_an_archive_that_disagree_are_told_of(world, give, capsys):
    """Features or score: both places are named."""

    def change(line: dict) -> None:
        line["features"][0] += 1.0

    rewrite_archive(world, change)
    first = archived_lines(world)[0]["transaction"]["transaction_id"]
    assert give(world, first) == 1
    assert "table decisions and s3://archive/" in capsys.readouterr().out


def test_a_reason_whose_contribution_is_not_the_models_is_told_of(world, give, capsys, directory, tmp_path):
    """What an analyst was told is checked as the score is."""

    def change(line: dict) -> None:
        line["decision"]["reasons"][0]["contribution"] += 0.125

    rewrite_archive(world, change)
    [first, *_] = archived_lines(world)
    path = tmp_path / "one.jsonl"
    path.write_text(json.dumps(first))
    identifier = first["transaction"]["transaction_id"]
    assert give(None, identifier, "--archive", str(path), "--model", str(directory)) == 1
    assert f"the contribution of {first['decision']['reasons'][0]['feature']} is" in capsys.readouterr().out


@proves(faults=[29])
def test_an_artefact_that_is_not_what_was_registered_is_not_run(world, give, capsys, directory, tmp_path):
    """Its program would run on the machine of whoever asks."""
    trap = tmp_path / "ran"
    changed = tmp_path / "changed"
    for path in directory.rglob("*.*"):
        (changed / path.relative_to(directory)).parent.mkdir(parents=True, exist_ok=True)
        (changed / path.relative_to(directory)).write_bytes(path.read_bytes())
    with (changed / "code" / "inference.py").open("a") as program:
        program.write(f"\nPath({str(trap)!r}).touch()\n")
    url = next(iter(world.registry.packages.values()))["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]
    world.put(url, packed(changed))
    assert give(world, "tx-1") == 2
    assert "is not what was registered" in capsys.readouterr().err
    assert not trap.exists()


def test_the_champion_is_found_though_its_package_is_gone(directory, give):
    """By the pointer, which names its artefact."""
    world = World(RealModel(directory))
    world.pipeline.run(records(BATCH), NOW_MS)
    url = world.add_model(directory, "run-1")
    world.registry.packages.clear()
    world.registry.pointer = {"model_version": "run-1", "model_data_url": url}
    assert give(world, "tx-1") == 0


def test_what_cannot_be_computed_says_what_to_do(world, give, capsys, directory):
    """Exit code 2: no such decision, no such model, artefact gone, another model, another XGBoost."""
    assert give(world, "tx-99") == 2
    assert "no decision of tx-99 in table decisions" in capsys.readouterr().err
    world.registry.packages.clear()
    world.registry.pointer = None
    assert give(world, "tx-1") == 2
    assert "give --model" in capsys.readouterr().err
    world.registry.register("run-1", "s3://models/gone/model.tar.gz")
    assert give(world, "tx-1") == 2
    assert "s3://models/gone/model.tar.gz cannot be read" in capsys.readouterr().err


def test_another_model_than_the_one_that_decided_is_refused(world, give, capsys, tmp_path, directory):
    """Its score would be of no use; so is one that another XGBoost trained."""
    for name, value, told in (
        ("model_version", "run-9", "model run-1 decided, and"),
        ("xgboost_version", "1.7.6", "trained with XGBoost 1.7.6"),
    ):
        other = tmp_path / name
        for path in directory.rglob("*.*"):
            (other / path.relative_to(directory)).parent.mkdir(parents=True, exist_ok=True)
            (other / path.relative_to(directory)).write_bytes(path.read_bytes())
        metadata = other / "bundle" / "metadata.json"
        metadata.write_text(json.dumps(json.loads(metadata.read_text()) | {name: value}))
        assert give(world, "tx-1", "--model", str(other)) == 2
        assert told in capsys.readouterr().err


def test_a_decision_by_rules_has_no_score_to_compute(give, capsys):
    """It is shown, and told apart from one that agrees."""
    world = World(no_model())
    world.pipeline.run(records(BATCH[:1]), NOW_MS)
    assert give(world, "tx-1") == 2
    said = capsys.readouterr()
    assert "tx-1: review" in said.out
    assert "decided by rules alone" in said.err


def test_an_archive_line_is_found_by_its_shard_hour_and_number_alone(world, give, monkeypatch):
    """However full the bucket is: one list for the hour, one object."""
    calls = []
    s3 = world.clients["s3"]
    s3.meta.events.register("before-call.s3", lambda model, **_: calls.append(model.name))
    for number in range(50):
        world.put(
            f"s3://archive/archive/date=2026-09-21/hour=14/shardId-000000000000/{number}-{number}-x.jsonl.zst", b""
        )
    assert give(world, "tx-1") == 0
    assert calls.count("GetObject") == 2  # the line's object and the artefact
    assert calls.count("ListObjectsV2") == 1


def test_it_says_that_the_archive_has_no_line_and_goes_on(world, give, capsys):
    """The item alone is enough; that there is no line is not hidden."""
    world.aws.s3.objects["archive"].clear()
    assert give(world, "tx-1") == 0
    assert "no second place was found" in capsys.readouterr().out


def test_what_aws_refuses_is_told_and_ends_with_two(world, give, capsys, monkeypatch):
    """No traceback."""

    def refuse(**_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "not allowed"}}, "ListModelPackages")

    monkeypatch.setattr(world.registry, "list_model_packages", refuse)
    assert give(world, "tx-1") == 2
    assert "AccessDeniedException" in capsys.readouterr().err
