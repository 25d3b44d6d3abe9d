"""Did everybody do the same? What the peers archived is compared with the features that ours decided by."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from fraudstream.features import FEATURE_NAMES

from benchmarks.names import ARCHIVE, DECISIONS
from benchmarks.reading import read_items
from benchmarks.stub import Stub

_TOLERANCE = 1e-5
"""Ours are float32."""


_HASHED = np.isin(FEATURE_NAMES, ["card_category_visits", "card_country_visits"])
_MOST_TAKEN_FOR_ANOTHER = 0.25
"""Two of the simulator's fifteen categories (4121 and 4899) share a byte: more than theirs would be a fault."""


class DisagreementError(Exception):
    """A peer computed other features for the same record: the comparison would be worth nothing."""


def compare(ours: Stub, peer: Stub, payloads: Sequence[bytes]) -> dict[str, Any]:
    """Return how many records were compared, and the largest difference of a feature relative to its size.

    Raises
    ------
    DisagreementError
        Where that is more than float32 explains, or one has a value and the other none.
    """
    transactions = [json.loads(payload) for payload in payloads]
    idents = [transaction["transaction_id"] for transaction in transactions]
    decided = read_items(ours, DECISIONS, idents)
    objects = peer.client("s3")
    largest, taken_for_another = 0.0, 0
    for transaction, ident in zip(transactions, idents, strict=True):
        served = np.frombuffer(decided[ident]["features"]["B"], "<f4").astype(np.float64)
        key = f"transactions/{transaction['event_time'][:10]}/{ident}.json"
        archived = json.loads(objects.get_object(Bucket=ARCHIVE, Key=key)["Body"].read())
        theirs = np.array(archived["features"], np.float64)
        if (differs := np.isnan(served) != np.isnan(theirs)).any():
            names = [name for name, one in zip(FEATURE_NAMES, differs, strict=True) if one]
            raise DisagreementError(f"{ident}: {', '.join(names)} missing for one and not for the other")
        difference = np.abs(served - theirs) / np.maximum(np.abs(served), 1.0)
        # Of categories and countries the product keeps a byte: another one may be taken for this, never the reverse.
        taken_for_another += bool((served[_HASHED] > theirs[_HASHED]).any())
        difference[_HASHED & (served > theirs)] = 0
        largest = max(largest, float(np.nanmax(difference)))
    if largest > _TOLERANCE:
        raise DisagreementError(f"features differ by {largest:.2g} of their size")
    if taken_for_another > _MOST_TAKEN_FOR_ANOTHER * len(idents):
        raise DisagreementError(f"{taken_for_another} of {len(idents)} count a category or country that is another")
    return {"records": len(idents), "largest_difference": largest}
