"""Everything the proofs need, read back from a deployed stack after a stream."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local import programs  # noqa: F401 makes the training programs importable
from local.clients import Clients
from local.evidence import download, scan
from local.objects import NewObjects, archive_lines, json_lines
from local.proofs import csv_rows

from fraudstream.features import SCHEMA_HASH  # isort: skip
from fraudstream.offline import fold_histories  # isort: skip
from fraudstream.scoring import read_answer  # isort: skip
from history import read_history  # isort: skip
from raw_data import to_transactions  # isort: skip

_DECISION = ("transaction_id", "decision", "scored_by", "fraud_score", "source")


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the stack holds.

    Attributes
    ----------
    table
        Each decision's item (without its features), by transaction id.
    archived
        Each transaction's archive line, by transaction id.
    quarantined
        Each reject's line, by its source `shard:number`.
    """

    table: Mapping[str, Mapping[str, Any]]
    archived: Mapping[str, Mapping[str, Any]]
    quarantined: Mapping[str, Mapping[str, Any]]

    @property
    def scores(self) -> dict[str, float]:
        """Score of each transaction that the endpoint scored."""
        return {name: item["fraud_score"] for name, item in self.table.items() if item["scored_by"] == "endpoint"}

    @property
    def decided_from(self) -> dict[str, str]:
        """The record that each decision was made from."""
        return {name: item["source"] for name, item in self.table.items()}

    @property
    def features(self) -> dict[str, Sequence[float | None]]:
        """The archived features of each transaction."""
        return {name: line["features"] for name, line in self.archived.items()}


def gather(client: Clients, outputs: Mapping[str, str]) -> Findings:
    """Read decisions, archive and quarantine of a stack."""
    archived: dict[str, dict[str, Any]] = {}
    for _, body in NewObjects(client("s3"), outputs["ArchiveBucketName"], "archive/").poll():
        lines = (line for line in archive_lines(body) if line["kind"] == "transaction")
        archived |= {line["transaction"]["transaction_id"]: line for line in lines}
    quarantined: dict[str, dict[str, Any]] = {}
    for _, body in NewObjects(client("s3"), outputs["QuarantineBucketName"], "quarantine/").poll():
        quarantined |= {f"{line['shard_id']}:{line['sequence_number']}": line for line in json_lines(body)}
    items = scan(client("dynamodb"), outputs["DecisionsTableName"], _DECISION)
    return Findings(table={item["transaction_id"]: item for item in items}, archived=archived, quarantined=quarantined)


def stored_histories(client: Clients, outputs: Mapping[str, str]) -> dict[str, bytes]:
    """Return the bytes of every history in the table."""
    items = scan(client("dynamodb"), outputs["HistoriesTableName"], ("entity", "packed"))
    return {item["entity"]: item["packed"] for item in items}


def replayed_histories(client: Clients, outputs: Mapping[str, str]) -> dict[str, bytes]:
    """Return the histories that the uploaded raw history and the archive give when they are folded from nothing."""
    with tempfile.TemporaryDirectory() as directory:
        for prefix in ("archive/", "raw/"):
            download(client("s3"), outputs["ArchiveBucketName"], prefix, Path(directory, prefix))
        history = read_history(Path(directory, "archive"), Path(directory, "raw"))
    return fold_histories(to_transactions(history.frame))


def endpoint_scores(client: Clients, outputs: Mapping[str, str], rows: list[Sequence[float | None]]) -> list[float]:
    """Return the scores the live endpoint gives these rows of features."""
    answer = client("sagemaker-runtime").invoke_endpoint(
        EndpointName=outputs["EndpointName"], ContentType="text/csv", Body=csv_rows(rows, SCHEMA_HASH)
    )
    values: list[float] = read_answer(answer["Body"].read(), len(rows)).values.tolist()
    return values
