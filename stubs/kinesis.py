"""Kinesis: records put, in order, on a stream of one shard."""

import json
from base64 import b64decode
from dataclasses import dataclass, field
from typing import Any

from stubs.wire import RefusalError, Request, Response

SHARD = "shardId-000000000000"


@dataclass(frozen=True, slots=True)
class Put:
    """A record as it was put."""

    stream: str
    key: str
    data: bytes
    sequence_number: str


@dataclass(slots=True)
class Kinesis:
    """Records in the order in which they were put, whatever their stream."""

    stream: list[Put] = field(default_factory=list)

    def answer(self, request: Request) -> Response:
        """Answer one call."""
        call = json.loads(request.body)
        name = call.get("StreamName") or call["StreamARN"].rpartition("/")[2]
        if request.operation == "PutRecord":
            return Response(200, json.dumps(self._put(name, call)).encode())
        if request.operation == "PutRecords":
            done = {"FailedRecordCount": 0, "Records": [self._put(name, record) for record in call["Records"]]}
            return Response(200, json.dumps(done).encode())
        raise RefusalError("UnknownOperationException", f"the stub does not know {request.operation}")

    def _put(self, name: str, record: dict[str, Any]) -> dict[str, str]:
        number = f"4955{len(self.stream) + 1:052d}"
        self.stream.append(Put(name, record["PartitionKey"], b64decode(record["Data"]), number))
        return {"SequenceNumber": number, "ShardId": SHARD}
