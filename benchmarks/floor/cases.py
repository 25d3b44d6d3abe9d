"""The port of cases over sockets. What is written is byte for byte what the adapter writes."""

from collections.abc import Mapping, Sequence

import msgspec
from fraudstream.adapters import cases_table
from fraudstream.cases import risk
from fraudstream.contract import Case
from fraudstream.ports import QueueOrder, QueuePage, StoredCase

from benchmarks.floor.services import Service
from benchmarks.floor.sockets import FloorError

_READS, _STATEMENTS = 100, 25
_KEEP_SECONDS = 180 * 86_400
_FAILED = b'"Error"'
_encode = msgspec.json.Encoder().encode
_decode_case = msgspec.json.Decoder(Case).decode


class _Item(msgspec.Struct):
    card_id: dict[str, str]
    version: dict[str, str]
    case: dict[str, str]


class _Found(msgspec.Struct):
    responses: dict[str, list[_Item]] = msgspec.field(name="Responses")


_decode_found = msgspec.json.Decoder(_Found).decode


class FloorCases:
    """`ports.Cases`; the floor does not expect another writer, and nobody asks it for the queue or recent cases."""

    def __init__(self, reads: Service, writes: Service, table: str) -> None:
        self._reads, self._writes, self._table = reads, writes, table
        texts = cases_table.INSERT_OPEN, cases_table.INSERT_CLOSED, cases_table.UPDATE_OPEN, cases_table.UPDATE_CLOSED
        self._texts = [text.format(table) for text in texts]

    def load(self, card_ids: Sequence[str]) -> dict[str, StoredCase]:
        """Return the stored cases among the cards."""
        found: dict[str, StoredCase] = {}
        for start in range(0, len(card_ids), _READS):
            keys = [{"card_id": {"S": card}} for card in card_ids[start : start + _READS]]
            body = _encode({"RequestItems": {self._table: {"Keys": keys, "ConsistentRead": True}}})
            for item in _decode_found(self._reads.post(b"/", body)).responses[self._table]:
                case = _decode_case(item.case["S"])
                found[case.card_id] = StoredCase(case=case, version=int(item.version["N"]))
        return found

    def save(self, cases: Sequence[Case], versions: Mapping[str, int], now_ms: int) -> list[str]:
        """Write cases, whatever stands."""
        expires = {"N": str(now_ms // 1000 + _KEEP_SECONDS)}
        statements = [self._statement(case, versions.get(case.card_id, 0), expires) for case in cases]
        for start in range(0, len(statements), _STATEMENTS):
            answer = self._writes.post(b"/", _encode({"Statements": statements[start : start + _STATEMENTS]}))
            if _FAILED in answer:
                raise FloorError(f"a case was refused: {answer[:300]!r}")
        return []

    def queue(self, order: QueueOrder, limit: int, cursor: str | None = None) -> QueuePage:
        """Refuse: no part of the hot path."""
        raise FloorError(f"the queue by {order} was asked for, {limit} from {cursor}")

    def recent(self, limit: int, *, now_ms: int, days: int) -> Sequence[Case]:
        """Refuse: no part of the hot path."""
        raise FloorError(f"recent cases were asked for, {limit} of {days} days before {now_ms}")

    def _statement(self, case: Case, version: int, expires: dict[str, str]) -> dict[str, object]:
        insert_open, insert_closed, update_open, update_closed = self._texts
        card, waits = {"S": case.card_id}, [{"S": "open"}] if case.is_open else []
        values = [
            {"N": str(version + 1)},
            {"S": _encode(case).decode()},
            {"N": f"{risk(case):.6f}"},
            {"S": case.opened_at},
            {"S": case.opened_at[:10]},
            expires,
        ]
        if version:
            text = update_open if waits else update_closed
            return {"Statement": text, "Parameters": [*values, *waits, card, {"N": str(version)}]}
        return {"Statement": insert_open if waits else insert_closed, "Parameters": [card, *values, *waits]}
