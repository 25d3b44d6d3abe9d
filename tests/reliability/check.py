"""The invariants as code: what must hold of a world once nothing is under way in it."""

import json
from base64 import b64decode
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from fraudstream.columns import FRAUD, LEGITIMATE, Transactions
from fraudstream.contract import Bounds, Label, Rejected, Transaction, decode_record, to_epoch_ms
from fraudstream.features import FEATURE_NAMES, FEATURES_VERSION
from fraudstream.offline import fold_histories
from fraudstream.policy import OUTCOMES, SHADOW_PREFIX, BatchColumns, default_policy
from fraudstream.records import Record
from fraudstream.tables import transaction_columns

from tests.reliability.casework import case_state, check_cases
from tests.reliability.model import THRESHOLDS, score_again
from tests.reliability.sinks import archive_of, check_no_card_number, quarantine_of
from tests.reliability.world import World


@dataclass(frozen=True, slots=True)
class Read:
    """A record and what the contract makes of it."""

    record: Record
    value: Transaction | Label | Rejected


@dataclass(frozen=True, slots=True)
class Told:
    """A world's log, read, and what stands in its tables and buckets."""

    world: World
    done: dict[str, Read]
    decisions: dict[str, dict[str, Any]]
    quarantined: dict[str, dict[str, Any]]
    archived: list[dict[str, Any]]


def check(world: World, *, labels_follow: bool = True) -> None:
    """Check every invariant.

    Parameters
    ----------
    labels_follow
        Whether every label came behind its transaction. One that overtook it is in the histories and the archive, but
        not on the decision (a stated limit).

    Raises
    ------
    AssertionError
        Naming what does not hold.
    """
    assert not world.violations, world.violations
    assert not world.pending, f"{len(world.pending)} records are still pending"
    told = _tell(world)
    check_decisions(told)
    check_quarantine(told)
    check_every_record_has_one_fate(told)
    check_labels(told, labels_follow=labels_follow)
    check_histories(told)
    check_alerts(told)
    check_cases(world)
    check_archive(told)
    check_scores(told)
    check_no_card_number(world)


def _tell(world: World) -> Told:
    bounds = Bounds()
    done = {
        source: Read(record, decode_record(record.data, now_ms=record.arrived_at_ms, bounds=bounds))
        for source, record in world.log.items()
        if source in world.resolved
    }
    return Told(world, done, world.items("Decisions"), quarantine_of(world), archive_of(world))


def transactions_by_id(told: Told) -> dict[str, list[Read]]:
    """Return the valid transactions that are done, by id, in the order of the log."""
    found: dict[str, list[Read]] = defaultdict(list)
    for read in told.done.values():
        if isinstance(read.value, Transaction):
            found[read.value.transaction_id].append(read)
    return found


def check_decisions(told: Told) -> None:
    """1. Each valid id has one decision, made from a record of the log; that it never changed is watched throughout."""
    sent = transactions_by_id(told)
    assert set(told.decisions) == set(sent), "decisions are not those of the valid ids"
    for name, item in told.decisions.items():
        made_from = [read for read in sent[name] if read.record.source == item["source"]]
        if not item["source"].startswith("api:"):
            assert len(made_from) == 1, f"{name} was decided for {item['source']}, which is not a record of it"
        hashes = {read.value.payload_hash for read in made_from or sent[name]}
        assert item["payload_hash"] in hashes, f"{name} was decided for a payload that nobody sent"


def check_quarantine(told: Told) -> None:
    """2. Each invalid record, and each conflict, is in the quarantine under one key, with its reason and its bytes."""
    expected: dict[str, str] = {}
    for source, read in told.done.items():
        if isinstance(read.value, Rejected):
            expected[source] = str(read.value.reason)
        elif isinstance(read.value, Transaction):
            standing = told.decisions[read.value.transaction_id]
            if read.value.payload_hash != standing["payload_hash"]:
                expected[source] = "id_conflict"
    found = {source: line["reason"] for source, line in told.quarantined.items() if not source.startswith("api:")}
    assert found == {s: r for s, r in expected.items() if not s.startswith("api:")}, "the quarantine is not the refused"
    for source, line in told.quarantined.items():
        read = told.done.get(source)
        if read is not None and isinstance(read.value, Rejected):
            assert b64decode(line["data_base64"]) == read.value.data, f"{source} is not quarantined with its bytes"


def check_every_record_has_one_fate(told: Told) -> None:
    """3. In = decided + duplicate + quarantined, and labels; no record is two of these."""
    fates: Counter[str] = Counter()
    for source, read in told.done.items():
        decided = isinstance(read.value, Transaction) and (
            told.decisions[read.value.transaction_id]["source"] == source or source.startswith("api:")
        )
        refused = source in told.quarantined
        assert not (decided and refused), f"{source} is decided and quarantined"
        label = isinstance(read.value, Label)
        assert not (label and refused), f"the label {source} is quarantined"
        fates["label" if label else "decided" if decided else "quarantined" if refused else "duplicate"] += 1
        if not (label or decided or refused):
            assert isinstance(read.value, Transaction), f"{source} has no fate"
            standing = told.decisions[read.value.transaction_id]
            assert read.value.payload_hash == standing["payload_hash"], f"{source} is lost"
    assert sum(fates.values()) == len(told.done)


def check_labels(told: Told, *, labels_follow: bool) -> None:
    """32. The latest label of each transaction stands on its decision."""
    latest = _latest_labels(told)
    for name, item in told.decisions.items():
        standing = (item.get("label"), item["label_time"])
        if name in latest and (labels_follow or item["label_time"]):
            assert standing == (latest[name].label, _canonical(latest[name])), f"{name} has another label"
        elif name not in latest:
            assert standing == (None, ""), f"{name} has a label that nobody sent"


def check_histories(told: Told) -> None:
    """4. Each history is, to the byte, the fold of the decided log."""
    folded = fold_histories(_decided_log(told))
    stored = {key: item["packed"] for key, item in told.world.items("Histories").items()}
    assert set(stored) == set(folded), f"histories differ in whom they are of: {set(stored) ^ set(folded)}"
    assert not (wrong := [key for key in folded if folded[key] != stored[key]]), f"not the fold of the log: {wrong}"


def check_alerts(told: Told) -> None:
    """5 and 6. Each flagged decision has its alert, none has more copies than its record had deliveries."""
    sent = transactions_by_id(told)
    copies = Counter()
    for message in told.world.alerts:
        alert = json.loads(message.text)
        item = told.decisions.get(alert["alert_id"])
        assert item is not None, f"an alert without a decision: {alert['alert_id']}"
        said = alert["decision"]
        assert said["decision"] == item["decision"] == message.attributes["decision"] != "approve"
        assert said["decided_at"] == item["decided_at"], "the alert is of another decision"
        copies[alert["alert_id"]] += 1
    flagged = {name for name, item in told.decisions.items() if item["decision"] != "approve"}
    assert set(copies) == flagged, f"alerts are not those of the flagged: {set(copies) ^ flagged}"
    for name, count in copies.items():
        sources = {told.decisions[name]["source"]}
        if next(iter(sources)).startswith("api:"):
            # What a dead request left undone is done by whoever brings the transaction next: caller or stream.
            sources = {f"api:{name}", *(read.record.source for read in sent[name])}
        most = sum(told.world.deliveries[source] for source in sources) + told.world.lost_alert_replies
        assert count <= max(most, 1), f"{count} alerts of {name}, {most} are explained"


def check_archive(told: Told) -> None:
    """Each decided transaction and each label is in the archive, as it was served and sent."""
    lines: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in told.archived:
        if line["kind"] == "transaction":
            lines[line["decision"]["transaction_id"]].append(line)
    assert set(lines) == set(told.decisions), "the archive is not of the decided"
    sent = transactions_by_id(told)
    for name, item in told.decisions.items():
        raw = [json.loads(read.value.raw) for read in sent[name] if read.value.payload_hash == item["payload_hash"]]
        for line in lines[name]:
            served = np.array([np.nan if v is None else v for v in line["features"]], "<f4").tobytes()
            assert served == item["features"], f"{name} is archived with other features than it was decided with"
            assert line["decision"]["decided_at"] == item["decided_at"], f"{name} is archived with another decision"
            assert line["transaction"] in raw, f"{name} is archived with another payload"
    labels = {json.dumps(line["label"], sort_keys=True) for line in told.archived if line["kind"] == "label"}
    assert labels == {
        json.dumps(json.loads(read.value.raw), sort_keys=True)
        for read in told.done.values()
        if isinstance(read.value, Label)
    }, "the archive does not have the labels"


def check_scores(told: Told) -> None:
    """9. Each decision names its versions, and follows exactly from the features it keeps."""
    policy = default_policy()
    outcome_of = {voice.name: voice.outcome for voice in policy.voices}
    sent = transactions_by_id(told)
    for name, item in told.decisions.items():
        features = np.frombuffer(item["features"], "<f4").reshape(1, len(FEATURE_NAMES))
        decided = next(read.value for read in sent[name] if read.value.payload_hash == item["payload_hash"])
        scores = np.array([float(item["fraud_score"])]) if "fraud_score" in item else None
        columns = BatchColumns(transactions=[decided], features=features, scores=scores)
        evaluated = policy.evaluate(columns, to_epoch_ms(item["decided_at"]))
        if item["scored_by"] == "endpoint":
            version = item["model_version"]
            score = score_again(version, item["features"])
            assert score == float(item["fraud_score"]), f"the score of {name} cannot be made again"
            severity = (score >= THRESHOLDS[version].review) + (score >= THRESHOLDS[version].block)
        else:
            assert "model_version" not in item
            assert "fraud_score" not in item
            # Without a score nothing is approved in silence.
            severity = 0 if "approve" in {outcome_of[rule] for rule in evaluated.names(0)} else 1
        # The lists of the policy that ships are empty: the severest of score and rules is done.
        severity = max([severity, *(OUTCOMES.index(outcome_of[rule]) for rule in evaluated.names(0))])
        assert OUTCOMES[severity] == item["decision"], f"the decision of {name} does not follow"
        fired = [*evaluated.names(0), *(SHADOW_PREFIX + rule for rule in evaluated.shadow_names(0))]
        assert json.loads(item["rules_fired"]) == fired
        assert (item["rules_version"], item["features_version"]) == (policy.version, FEATURES_VERSION)


def final_state(world: World) -> dict[str, Any]:
    """Return what must come out the same whatever happened: all but when it was decided, and how batches were cut."""
    told = _tell(world)
    when = ("decided_at", "expires_at")
    return {
        "decisions": {
            name: {attribute: value for attribute, value in item.items() if attribute not in when}
            for name, item in told.decisions.items()
        },
        "histories": {key: item["packed"] for key, item in world.items("Histories").items()},
        "quarantine": {source: (line["reason"], line["data_base64"]) for source, line in told.quarantined.items()},
        "alerts": {json.loads(message.text)["alert_id"] for message in world.alerts},
        "cases": case_state(world),
    }


def _decided_log(told: Told) -> Transactions:
    """Return the decided transactions in columns, each with its latest label."""
    decided = []
    for name, reads in transactions_by_id(told).items():
        standing = told.decisions[name]["payload_hash"]
        decided.append(next(read.value for read in reads if read.value.payload_hash == standing))
    labels = _latest_labels(told)
    mine = [labels.get(value.transaction_id) for value in decided]
    values = [0 if label is None else FRAUD if label.is_fraud else LEGITIMATE for label in mine]
    times = [0 if label is None else label.label_time_ms for label in mine]
    return replace(
        transaction_columns(decided), label=np.array(values, np.int8), label_time_ms=np.array(times, np.int64)
    )


def _latest_labels(told: Told) -> dict[str, Label]:
    latest: dict[str, Label] = {}
    for read in told.done.values():
        if isinstance(read.value, Label):
            standing = latest.get(read.value.transaction_id)
            if standing is None or standing.label_time_ms < read.value.label_time_ms:
                latest[read.value.transaction_id] = read.value
    return latest


def _canonical(label: Label) -> str:
    from fraudstream.contract import from_epoch_ms

    return from_epoch_ms(label.label_time_ms)
