"""Cases in DynamoDB: one item a card, versioned; two sparse indexes of those that wait are the review queue.

A third index, by the day on which a case was opened, finds the recent ones, open or closed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from fraudstream.adapters.calls import Calls, chunks, store_errors
from fraudstream.adapters.cursor import read_cursor, write_cursor
from fraudstream.adapters.dynamodb import Attribute, Found, Items, Number, Statement, Text, statement_text
from fraudstream.cases import risk
from fraudstream.contract import Case, from_epoch_ms
from fraudstream.ports import QueueOrder, QueuePage, StoredCase

BY_RISK, BY_AGE = "by-risk", "by-age"
"""Global secondary indexes, of keys alone: `queue` and `risk`, `queue` and `opened_at`."""
RECENT = "recent"
"""Global secondary index, of keys alone: `opened_on`, which is the day of `opened_at`, and `opened_at`. Neither changes
while a case grows and is disposed of, so its entry is written once for each case."""
_OPEN: Attribute = {"S": "open"}
INSERT_CLOSED = (
    "INSERT INTO \"{}\" VALUE {{'card_id':?,'version':?,'case':?,'risk':?,'opened_at':?,'opened_on':?,'expires_at':?}}"
)
INSERT_OPEN = INSERT_CLOSED.replace("}}", ",'queue':?}}")
_UPDATE = 'UPDATE "{}" SET "version"=? SET "case"=? SET "risk"=? SET "opened_at"=? SET "opened_on"=? SET "expires_at"=?'
_WHERE = " WHERE card_id=? AND version=?"
UPDATE_OPEN, UPDATE_CLOSED = _UPDATE + ' SET "queue"=?' + _WHERE, _UPDATE + ' REMOVE "queue"' + _WHERE
_DAY_MS = 86_400_000
_DAYS_AT_ONCE = 5
"""Days of which recent cases are asked for side by side: on most days the first five have enough."""
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Case).decode


class _Item(Struct, frozen=True):
    card_id: Text
    version: Number
    case: Text


class CasesTable:
    """`ports.Cases` over a table with the key `card_id`, a `version`, a `case` in JSON, and `expires_at` (TTL).

    `queue` is there only while something waits for its disposition: so the indexes hold what waits, and nothing else.

    Parameters
    ----------
    keep_days
        How long a case stays after it was last written.
    """

    def __init__(self, client: Any, table: str, calls: Calls, keep_days: int = 180) -> None:
        self.client = client
        self.table = table
        self._calls = calls
        self._items = Items(client, table, key="card_id", found=Found[_Item], calls=calls)
        self._keep_ms = keep_days * _DAY_MS
        self._insert_open, self._insert_closed, self._update_open, self._update_closed = (
            statement_text(text.format(table)) for text in (INSERT_OPEN, INSERT_CLOSED, UPDATE_OPEN, UPDATE_CLOSED)
        )

    def load(self, card_ids: Sequence[str]) -> dict[str, StoredCase]:
        """Return the stored cases among the cards, read consistently."""
        return {
            item.card_id.value: StoredCase(case=_decode(item.case.value), version=int(item.version.value))
            for item in self._items.read(card_ids)
        }

    def save(self, cases: Sequence[Case], versions: Mapping[str, int], now_ms: int) -> list[str]:
        """Write cases still at their card's version, or not there at version 0; return the cards that lost."""
        expires_at: Attribute = {"N": str((now_ms + self._keep_ms) // 1000)}
        statements = [self._write(case, versions.get(case.card_id, 0), expires_at) for case in cases]
        held = self._items.write_conditionally(statements)
        return [case.card_id for case, written in zip(cases, held, strict=True) if not written]

    def queue(self, order: QueueOrder, limit: int, cursor: str | None = None) -> QueuePage:
        """Return open cases from an index, then each as the table holds it now: one disposed of meanwhile is left out.

        Raises
        ------
        CursorError
            The cursor was not given out for this order.
        StoreUnavailableError
            The table does not answer.
        """
        start = {} if cursor is None else {"ExclusiveStartKey": read_cursor(cursor, order)}
        with store_errors("Query"):
            answer = self.client.query(
                TableName=self.table,
                IndexName=BY_RISK if order == "risk" else BY_AGE,
                KeyConditionExpression="#queue = :open",
                ExpressionAttributeNames={"#queue": "queue"},
                ExpressionAttributeValues={":open": _OPEN},
                ScanIndexForward=order == "age",
                Limit=limit,
                **start,
            )
        cards = [item["card_id"]["S"] for item in answer["Items"]]
        stored = self.load(cards) if cards else {}
        last = answer.get("LastEvaluatedKey")
        return QueuePage(
            cases=[stored[card].case for card in cards if card in stored and stored[card].case.is_open],
            cursor=write_cursor(last, order) if last else None,
        )

    def recent(self, limit: int, *, now_ms: int, days: int) -> list[Case]:
        """Return cases opened lately from the index, the latest first, each as the table holds it now.

        Raises
        ------
        StoreUnavailableError
            The table does not answer.
        """
        cards: list[str] = []
        opened_on = [from_epoch_ms(now_ms - back * _DAY_MS)[:10] for back in range(days)]
        for some in chunks(opened_on, _DAYS_AT_ONCE):
            cards += [
                card for found in self._calls.map(lambda day: self._opened_on(day, limit), some) for card in found
            ]
            if len(cards) >= limit:
                break
        wanted = list(dict.fromkeys(cards))[:limit]  # a case that was opened anew meanwhile may stand under two days
        stored = self.load(wanted) if wanted else {}
        return [stored[card].case for card in wanted if card in stored]

    def _opened_on(self, day: str, limit: int) -> list[str]:
        """Return the cards of cases opened on a day, the latest first."""
        with store_errors("Query"):
            answer = self.client.query(
                TableName=self.table,
                IndexName=RECENT,
                KeyConditionExpression="opened_on = :day",
                ExpressionAttributeValues={":day": {"S": day}},
                ScanIndexForward=False,
                Limit=limit,
            )
        return [item["card_id"]["S"] for item in answer["Items"]]

    def _write(self, case: Case, version: int, expires_at: Attribute) -> Statement:
        card_id: Attribute = {"S": case.card_id}
        values: list[Attribute] = [
            {"N": str(version + 1)},
            {"S": _encode(case).decode()},
            {"N": f"{risk(case):.6f}"},
            {"S": case.opened_at},
            {"S": case.opened_at[:10]},
            expires_at,
        ]
        waits = [_OPEN] if case.is_open else []
        if version == 0:
            text = self._insert_open if case.is_open else self._insert_closed
            return Statement(text, [card_id, *values, *waits])
        text = self._update_open if case.is_open else self._update_closed
        return Statement(text, [*values, *waits, card_id, {"N": str(version)}])
