"""SageMaker: an endpoint that answers, or does not."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from stubs.scores import score_rows
from stubs.wire import RefusalError, Request, Response

Model = Callable[[bytes], bytes]


@dataclass(slots=True)
class SageMaker:
    """One endpoint of any name: a model that answers bytes with bytes, a refusal, or None where there is none."""

    endpoint: Model | RefusalError | None = score_rows
    live: dict[str, Any] = field(
        default_factory=lambda: {"EndpointConfigName": "stub-config", "EndpointStatus": "InService"}
    )

    def answer(self, request: Request) -> Response:
        """Answer one call.

        Raises
        ------
        RefusalError
            As AWS names it: ValidationError where there is no endpoint, ModelError where the model raised.
        """
        if request.operation == "DescribeEndpoint":
            name = json.loads(request.body)["EndpointName"]
            return Response(200, json.dumps(self.live | {"EndpointName": name}).encode())
        name = request.path.split("/")[2]
        if self.endpoint is None:
            raise RefusalError("ValidationError", f"Endpoint {name} of account 000000000000 not found.")
        if isinstance(self.endpoint, RefusalError):
            raise self.endpoint
        accept = request.headers.get("accept", "")
        return Response(200, self.endpoint(request.body), {"content-type": accept or "text/csv"})
