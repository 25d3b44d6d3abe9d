"""Records for worlds: a batch with one of everything, and random logs, inside the limits that histories state.

What docs/decisions/2026-11-23-bounded-histories.md excludes is not generated, because there the histories are not the
fold of the log: labels of transactions nobody sent; a legitimate label that meets its transaction folded, or before it;
opposite labels within ten minutes. A history stays below its bound, so that lateness folds nothing.
"""

import json
from random import Random
from typing import Any

from tests.samples import NOW_MS, iso, label, transaction

PANS = ("4111111111111111", "5555555555554444", "378282246310005", "6011111111111117")
"""Card numbers with a right check digit: no sink may have one, however it is written."""
_START_MS = NOW_MS - 12 * 3_600_000


def _bytes(payload: dict[str, Any]) -> bytes:
    return json.dumps(payload).encode()


def grouped(pan: str, mark: str) -> str:
    """Return a card number in groups of four."""
    return mark.join(pan[start : start + 4] for start in range(0, len(pan), 4))


def garbage() -> list[bytes]:
    """Return records that must be quarantined, most with a card number somewhere."""
    odd = transaction(900)
    return [
        b"not json",
        b'{"schema_version":1,"transaction_id":"x","note":"' + PANS[0].encode() + b'"',
        b"\xff\xfe\x00" + PANS[1].encode(),
        _bytes(transaction(901, card_id=PANS[2])),
        _bytes(transaction(902, card_id=grouped(PANS[0], "-"))),
        _bytes(transaction(903, attributes={"memo": f"card {grouped(PANS[3], ' ')} please"})),
        _bytes(transaction(904, event_time=iso(NOW_MS + 3_600_000))),
        _bytes(transaction(905, amount_minor=-1, device_id=PANS[1])),
        _bytes({name: value for name, value in odd.items() if name != "currency"}),
        _bytes(transaction(906, is_fraud=True)),
        _bytes(transaction(907) | {"transaction_id": PANS[0]}),
        b"",
    ]


def earlier() -> list[bytes]:
    """Return what the cards and terminals of the rich batch did before."""
    rows = [
        transaction(
            number,
            card_id=f"card_{'abcd'[number % 4]}",
            terminal_id=f"terminal_{'xyz'[number % 3]}",
            event_time=iso(_START_MS + number * 60_000),
            amount_minor=900 + 37 * number,
        )
        for number in range(1, 25)
    ]
    return [_bytes(row) for row in [*rows, _label_of(rows[3], "fraud", 11), _label_of(rows[2], "fraud", 600)]]


def rich() -> list[bytes]:
    """Return a batch with everything: known and new cards, flagged ones, repeats, conflicts, labels, garbage.

    Its labels became known after all of its transactions, so that it makes no difference to any feature how the batch
    is cut.
    """
    rows = [
        transaction(
            number,
            card_id=f"card_{'abcdefgh'[number % 8]}",
            terminal_id=f"terminal_{'vwxyz'[number % 5]}",
            event_time=iso(_START_MS + 3_600_000 * 4 + number * 30_000),
            amount_minor=5_000_000 if number % 5 < 2 else 1000 + number,
        )
        for number in range(31, 61)
    ]
    batch = [_bytes(row) for row in rows]
    known = json.loads(earlier()[4])
    batch[3:3] = [batch[1]]  # a repeat beside its first
    batch[9:9] = [_bytes(rows[2] | {"amount_minor": 7})]  # a conflict within the batch
    batch[14:14] = [_bytes(known)]  # a repeat of what an earlier batch decided
    batch[18:18] = [_bytes(json.loads(earlier()[7]) | {"amount_minor": 8})]  # a conflict with what one decided
    batch[20:20] = [_bytes(_label_of(json.loads(earlier()[9]), "fraud", 600))]
    batch += [
        _bytes(_label_of(rows[4], "fraud", 400)),
        _bytes(_label_of(rows[4], "legitimate", 420)),
        _bytes(_label_of(json.loads(earlier()[2]), "legitimate", 620)),
    ]
    for position, record in enumerate(garbage()):
        batch.insert(position * 4, record)
    return batch


def _label_of(payload: dict[str, Any], value: str, minutes: int) -> dict[str, Any]:
    """Return a label of a transaction, known so many minutes after it."""
    event_ms = _event_ms(payload)
    return label(0, label=value, label_time=iso(event_ms + minutes * 60_000)) | {
        name: payload[name] for name in ("transaction_id", "card_id", "terminal_id", "event_time")
    }


def _event_ms(payload: dict[str, Any]) -> int:
    from fraudstream.contract.instants import to_epoch_ms

    return int(to_epoch_ms(payload["event_time"]))


def random_log(rng: Random, records: int, *, keyed: bool) -> list[tuple[str, bytes]]:
    """Return payloads, each with its card as partition key, in the order in which they were sent.

    Parameters
    ----------
    keyed
        Whether a card's records will keep their order. If not, a label may overtake its transaction, so each
        transaction gets one label at most, and that says fraud.
    """
    cards, terminals = rng.randint(2, 7), rng.randint(3, 6)
    sent: list[dict[str, Any]] = []
    labels: dict[str, int] = {}
    log: list[tuple[str, bytes]] = []
    for number in range(1, records + 1):
        kind = rng.random()
        if kind < 0.08 and sent:
            again = rng.choice(sent[-12:])
            keys = list(again)
            rng.shuffle(keys)
            log.append((again["card_id"], _bytes({key: again[key] for key in keys})))
        elif kind < 0.13 and sent:
            other = rng.choice(sent[-12:])
            log.append((other["card_id"], _bytes(other | {"amount_minor": other["amount_minor"] + number})))
        elif kind < 0.23 and sent:
            about = rng.choice(sent)
            steps = labels.get(about["transaction_id"], 0) + 1
            if keyed or steps == 1:
                labels[about["transaction_id"]] = steps
                value = "fraud" if not keyed else rng.choice(("fraud", "legitimate"))
                log.append((about["card_id"], _bytes(_label_of(about, value, 11 * steps))))
        elif kind < 0.31:
            log.append((f"garbage-{number}", rng.choice(garbage())))
        else:
            payload = transaction(
                number,
                card_id=f"card_{rng.randrange(cards)}",
                terminal_id=f"terminal_{int(rng.randrange(terminals) * rng.random())}",
                event_time=iso(_START_MS + number * 20_000 - rng.randrange(60_000)),
                amount_minor=rng.choice((rng.randrange(100, 5_000), 5_000_000))
                if rng.random() < 0.3
                else 1000 + number,
                merchant_country=rng.choice(("FR", "DE")),
                card_country="FR",
            )
            sent.append(payload)
            log.append((payload["card_id"], _bytes(payload)))
    return log
