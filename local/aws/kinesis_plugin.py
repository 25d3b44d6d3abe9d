"""Shards that were split or merged away stay readable, closed, as on AWS; the base drops them at once.

Their children take all new records. A reader gets what is left in them, then no next iterator: only then does it go on
to the children. UpdateShardCount is left as it is: it renames all shards, for which there are no parents and children.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from local.aws.patch_points import PatchPoint

_KINESIS = "ministack.services.kinesis"
_CLOSED = "ending_sequence_number"

Shard = dict[str, Any]
Reply = tuple[int, dict[str, str], bytes]
Handler = Callable[[dict[str, Any]], Reply]


def _function(name: str, *parameters: str, purpose: str) -> PatchPoint:
    return PatchPoint(module=_KINESIS, attribute=name, parameters=parameters, purpose=purpose)


SPLIT = _function("_split_shard", "data", purpose="replaced: the parent stays, closed")
MERGE = _function("_merge_shards", "data", purpose="replaced: the parents stay, closed")
ROUTE = _function("_route_to_shard", "hash_key_int", "stream", purpose="replaced: closed shards take no records")
SHOW = _function("_shard_out", "shard_id", "shard", purpose="replaced: says where a closed shard ends")
GET_RECORDS = _function("_get_records", "data", purpose="replaced: the end of a closed shard has no next iterator")
RESOLVE_STREAM = _function("_resolve_stream", "data", purpose="finds the stream of a request")
NEXT_NUMBER = _function("_next_sequence_number", purpose="numbers the end of a shard")
ITERATORS = PatchPoint(module=_KINESIS, attribute="_shard_iterators", purpose="tells the shard of an iterator")

PATCH_POINTS = (SPLIT, MERGE, ROUTE, SHOW, GET_RECORDS, RESOLVE_STREAM, NEXT_NUMBER, ITERATORS)


def install() -> None:
    """Plug it in.

    Raises
    ------
    PatchPointError
        If the embedded AWS is not what this was written for.
    """
    route, show = ROUTE.resolve(), SHOW.resolve()

    def show_with_end(shard_id: str, shard: Shard) -> Shard:
        shown: Shard = show(shard_id, shard)
        if _CLOSED in shard:
            shown["SequenceNumberRange"]["EndingSequenceNumber"] = shard[_CLOSED]
        return shown

    for point in (SPLIT, MERGE):
        point.replace(_keeping_parents(point.resolve()))
    GET_RECORDS.replace(_ending(GET_RECORDS.resolve()))
    ROUTE.replace(lambda hash_key_int, stream: route(hash_key_int, {"shards": _open(stream)}))
    SHOW.replace(show_with_end)


def _keeping_parents(reshard: Handler) -> Handler:
    """Return a split or merge that closes the parents instead of dropping them."""
    resolve_stream, next_number = RESOLVE_STREAM.resolve(), NEXT_NUMBER.resolve()

    def resharding(data: dict[str, Any]) -> Reply:
        _, stream = resolve_stream(data)
        if stream is None:
            return reshard(data)
        every, still_open = stream["shards"], _open(stream)
        stream["shards"] = dict(still_open)  # what is closed cannot be split or merged again
        reply = reshard(data)
        for name in still_open.keys() - stream["shards"].keys():
            still_open[name][_CLOSED] = next_number()
        stream["shards"] = dict(sorted((every | stream["shards"]).items()))
        return reply

    return resharding


def _ending(get_records: Handler) -> Handler:
    """Return a GetRecords that gives no next iterator once a closed shard has been read to its end."""
    resolve_stream, iterators = RESOLVE_STREAM.resolve(), ITERATORS.resolve()

    def get_records_until_closed(data: dict[str, Any]) -> Reply:
        place = iterators.get(data.get("ShardIterator"), {})
        _, stream = resolve_stream({"StreamARN": place.get("stream_arn")})
        shard = stream["shards"].get(place["shard_id"], {}) if stream else {}
        status, headers, body = get_records(data)
        if _CLOSED in shard and status == HTTPStatus.OK:
            answer = json.loads(body)
            if iterators[answer["NextShardIterator"]]["position"] >= len(shard["records"]):
                del answer["NextShardIterator"]
            body = json.dumps(answer).encode()
        return status, headers, body

    return get_records_until_closed


def _open(stream: dict[str, Any]) -> dict[str, Shard]:
    return {name: shard for name, shard in stream["shards"].items() if _CLOSED not in shard}
