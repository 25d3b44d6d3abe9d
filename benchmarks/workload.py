"""The records everybody is given: simulated transactions, cut into batches, after a past that is already stored.

A batch is a thousand consecutive transactions of the simulation, thinned so that it has exactly 800 cards and 700
terminals, all of which have a full history: 60 events a card, 120 a terminal, the newest before the first batch.
"""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import numpy as np
import pandas as pd
from fraudstream.columns import FRAUD, UNKNOWN, Transactions
from fraudstream.histories import CARD, TERMINAL
from fraudstream.offline import fold_histories

from benchmarks.peers.past import Event, known_at
from simulator.settings import Settings
from simulator.simulate import Simulation, simulate

BATCH = 1_000
CARDS, TERMINALS = 800, 700
SEED = 11
STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/transactions"
_DAYS_BEFORE = 44
_SETTINGS = Settings(seed=SEED, days=49, cards=2_400, terminals=2_000, online_shops=120, daily_transactions=14_000)
FIRST_MS = _SETTINGS.start_ms + _DAYS_BEFORE * 86_400_000
"""No record of a batch is older, no past younger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Payloads of batches in order, and the past of every card and terminal in them.

    Attributes
    ----------
    batches
        JSON bytes of `BATCH` transactions each, in time order.
    packed
        The past as the product keeps it: by the key of its item.
    cards, terminals
        The same past event by event, as the peers keep it: by card and terminal id.
    """

    batches: list[list[bytes]]
    packed: dict[str, bytes]
    cards: dict[str, list[Event]]
    terminals: dict[str, list[Event]]

    @classmethod
    def make(cls, batches: int) -> Self:
        """Simulate; the same for equal arguments."""
        simulation = simulate(_SETTINGS)
        log = simulation.transactions
        times = _epoch_ms(log["event_time"])
        cut = int(np.searchsorted(times, FIRST_MS))
        past = log.iloc[:cut]
        card_rows, terminal_rows = (
            _newest(past[column], bounds.events) for column, bounds in (("card_id", CARD), ("terminal_id", TERMINAL))
        )
        chosen = list(_choose(log.iloc[cut:], set(card_rows), set(terminal_rows), batches))
        if len(chosen) < batches:
            raise ValueError(f"the simulation has {len(chosen)} batches of {CARDS} cards and {TERMINALS} terminals")
        payloads = [_payloads(rows) for rows in chosen]
        used_cards = sorted({card for rows in chosen for card in rows["card_id"]})
        used_terminals = sorted({terminal for rows in chosen for terminal in rows["terminal_id"]})
        card_past = {card: card_rows[card] for card in used_cards}
        terminal_past = {terminal: terminal_rows[terminal] for terminal in used_terminals}
        return cls(
            batches=payloads,
            packed=_packed(simulation, FIRST_MS, card_past, CARD.prefix)
            | _packed(simulation, FIRST_MS, terminal_past, TERMINAL.prefix),
            cards=_events(simulation, FIRST_MS, card_past, "terminal_id"),
            terminals=_events(simulation, FIRST_MS, terminal_past, "card_id"),
        )


def kinesis_event(payloads: Sequence[bytes], first: int, shard: str = "shardId-000000000000") -> dict[str, Any]:
    """Return what Lambda gives the handler for these payloads, numbered from `first`."""
    arrived = _arrival_ms(payloads[-1])
    return {
        "Records": [
            {
                "kinesis": {
                    "kinesisSchemaVersion": "1.0",
                    "partitionKey": str(number % CARDS),
                    "sequenceNumber": f"4967{first + number:052d}",
                    "data": b64encode(payload).decode(),
                    "approximateArrivalTimestamp": arrived / 1000,
                },
                "eventSource": "aws:kinesis",
                "eventVersion": "1.0",
                "eventID": f"{shard}:4967{first + number:052d}",
                "eventName": "aws:kinesis:record",
                "invokeIdentityArn": "arn:aws:iam::123456789012:role/score-transactions",
                "awsRegion": "us-east-1",
                "eventSourceARN": STREAM,
            }
            for number, payload in enumerate(payloads)
        ]
    }


def _arrival_ms(payload: bytes) -> int:
    """Return shortly after the transaction happened: the clock of a workload is its own."""
    return round(datetime.fromisoformat(json.loads(payload)["event_time"]).timestamp() * 1000) + 500


def _epoch_ms(times: pd.Series) -> np.ndarray:
    return times.to_numpy("datetime64[ms]").astype(np.int64)


def _newest(entity: pd.Series, events: int) -> dict[str, np.ndarray]:
    """Return the positions of each entity's newest events, for entities that have as many."""
    return {name: rows[-events:] for name, rows in entity.groupby(entity).indices.items() if len(rows) >= events}


def _choose(log: pd.DataFrame, cards: set[str], terminals: set[str], batches: int) -> Iterator[pd.DataFrame]:
    """Yield batches: rows of the log in order, thinned to exactly as many cards and terminals as wanted."""
    pairs = list(zip(log["card_id"], log["terminal_id"], strict=True))
    place = 0
    for _ in range(batches):
        rows: list[int] = []
        seen_cards: set[str] = set()
        seen_terminals: set[str] = set()
        while len(rows) < BATCH and place < len(pairs):
            card, terminal = pairs[place]
            if (
                card in cards
                and terminal in terminals
                and _fits(card, seen_cards, CARDS, len(rows))
                and _fits(terminal, seen_terminals, TERMINALS, len(rows))
            ):
                rows.append(place)
                seen_cards.add(card)
                seen_terminals.add(terminal)
            place += 1
        if len(rows) < BATCH:
            return
        yield log.iloc[rows]


def _fits(name: str, seen: set[str], wanted: int, rows: int) -> bool:
    """Tell whether a batch can still come to `wanted` names with this row in it."""
    if name in seen:
        return rows - len(seen) < BATCH - wanted
    return len(seen) < wanted


def _payloads(rows: pd.DataFrame) -> list[bytes]:
    texts = rows["event_time"].dt.strftime("%Y-%m-%dT%H:%M:%S.%f").str.slice(0, 23) + "Z"
    head = {"schema_version": 1, "type": "transaction"}
    known = rows.assign(event_time=texts).astype(object)
    return [json.dumps(head | row.dropna().to_dict(), separators=(",", ":")).encode() for _, row in known.iterrows()]


def _packed(
    simulation: Simulation, known_before_ms: int, rows: Mapping[str, np.ndarray], prefix: str
) -> dict[str, bytes]:
    """Return the histories that the product makes of these rows, those of one kind."""
    wanted = np.sort(np.concatenate(list(rows.values())))
    log = simulation.transactions.iloc[wanted]
    label, label_time = _labels(simulation.truth.iloc[wanted], known_before_ms)
    folded = fold_histories(
        Transactions(
            transaction_id=log["transaction_id"].tolist(),
            card_id=log["card_id"].tolist(),
            terminal_id=log["terminal_id"].tolist(),
            event_time_ms=_epoch_ms(log["event_time"]),
            amount_minor=log["amount_minor"].to_numpy(np.int64),
            currency=log["currency"].tolist(),
            **{name: _texts(log[name]) for name in ("entry_mode", "mcc", "merchant_category", "merchant_country")},
            **{name: log[name].to_numpy(np.float64) for name in ("merchant_lat", "merchant_lon")},
            label=label,
            label_time_ms=label_time,
        )
    )
    return {key: blob for key, blob in folded.items() if key.startswith(prefix)}


def _events(
    simulation: Simulation, known_before_ms: int, rows: Mapping[str, np.ndarray], counterpart: str
) -> dict[str, list[Event]]:
    """Return the same rows as the peers keep them."""
    log = simulation.transactions
    times = _epoch_ms(log["event_time"])
    label, label_time = _labels(simulation.truth, known_before_ms)
    known = [
        known_at(int(time), int(when)) if fraud else 0
        for time, when, fraud in zip(times, label_time, label == FRAUD, strict=True)
    ]
    idents, amounts, others = log["transaction_id"].array, log["amount_minor"].array, log[counterpart].array
    categories, countries, places = log["mcc"].array, log["merchant_country"].array, _places(log)
    merchant = counterpart == "terminal_id"
    return {
        name: [
            Event(
                *(int(times[p]), idents[p], int(amounts[p]), others[p], known[p]),
                *((categories[p], countries[p], places[p]) if merchant else ()),
            )
            for p in positions
        ]
        for name, positions in rows.items()
    }


def _places(log: pd.DataFrame) -> list[tuple[float, float] | None]:
    """Return where merchants are, if the card was there."""
    there = log["merchant_lat"].notna() & ~log["entry_mode"].isin(["ecom", "moto"])
    pairs = zip(there, log["merchant_lat"], log["merchant_lon"], strict=True)
    return [(float(latitude), float(longitude)) if here else None for here, latitude, longitude in pairs]


def _texts(column: pd.Series) -> list[str | None]:
    return column.astype(object).where(column.notna(), None).tolist()


def _labels(truth: pd.DataFrame, known_before_ms: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the labels that were known by then, and when."""
    when = truth["label_time"].fillna(pd.Timestamp(0, tz="UTC"))
    label_time = _epoch_ms(when)
    is_known = (truth["label"] == "fraud").to_numpy() & (label_time < known_before_ms)
    return np.where(is_known, FRAUD, UNKNOWN).astype(np.int8), label_time
