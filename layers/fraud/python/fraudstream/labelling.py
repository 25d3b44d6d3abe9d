"""Labels of people who know the transaction's id and no more: completed to what the contract asks for on the stream."""

import json
from collections.abc import Callable
from typing import Any, cast

from fraudstream.contract import Bounds, Decision, Label, Rejected, RejectReason, decode_record, from_epoch_ms
from fraudstream.contract.fields import MERCHANT_PREFIX
from fraudstream.contract.instants import EARLIEST_MS
from fraudstream.contract.parsing import RefusalError, parse_object

_STAND_INS = {"card_id": "-", "terminal_id": "-", "event_time": from_epoch_ms(EARLIEST_MS)}
"""For the first look, which is at what was sent: no table is asked for an id that is none."""
_LOOKED_UP = ("card_id", "terminal_id", "merchant_id", "event_time")


def complete(
    data: bytes, find: Callable[[str], Decision | None], *, now_ms: int, bounds: Bounds, said_by: str | None = None
) -> Label | Rejected | None:
    """Return the label that a body of `transaction_id`, `label`, `source` and perhaps `label_time` stands for.

    Card, terminal and time of the event are the decision's, whatever the body says of them. Without a `label_time`
    the label became known now, or with the event where that is ahead of our clock.

    Parameters
    ----------
    said_by
        Who says so: kept among the label's unknown fields, whatever the body has there.

    Returns
    -------
    Label | Rejected | None
        Fit for the stream; or why not, with the contract's reasons; or None where nothing was decided under that id.
    """
    if len(data) > bounds.max_record_bytes:
        return Rejected.too_large(data, bounds.max_record_bytes)
    try:
        sent = parse_object(data)
    except RefusalError as refusal:
        return Rejected.of(refusal.reason, refusal.detail, data)
    untimed = "label_time" not in sent
    sent = {"schema_version": 1, "type": "label", "label_time": from_epoch_ms(now_ms)} | sent
    sent |= {"said_by": said_by} if said_by else {}
    if sent["type"] != "label":
        return Rejected.of(RejectReason.TYPE_UNKNOWN, "type: label, or none; transactions go to /transactions", data)
    label = _decode(_STAND_INS | sent, now_ms, bounds)
    if isinstance(label, Rejected):
        return label
    decision = find(label.transaction_id)
    if decision is None:
        return None
    if untimed:  # both moments are in the canonical form, in which the later one sorts behind the earlier
        sent["label_time"] = max(from_epoch_ms(now_ms), decision.event_time)
    return _decode(_without_look_ups(sent) | _of(decision), now_ms, bounds)


def _decode(payload: dict[str, Any], now_ms: int, bounds: Bounds) -> Label | Rejected:
    data = json.dumps(payload, separators=(",", ":")).encode()
    return cast("Label | Rejected", decode_record(data, now_ms=now_ms, bounds=bounds))  # its type says label


def _without_look_ups(sent: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in sent.items() if name not in _LOOKED_UP}


def _of(decision: Decision) -> dict[str, str]:
    """Return what a label repeats of its transaction."""
    terminal = decision.terminal_id
    merchant = terminal.removeprefix(MERCHANT_PREFIX)
    place = {"terminal_id": terminal} if merchant == terminal else {"merchant_id": merchant}
    return {"card_id": decision.card_id, "event_time": decision.event_time, **place}
