"""A model's golden rows, asked of the live endpoint every second: who answers, and how far from what was evaluated."""

import json
import math
import time
from collections.abc import Sequence

from botocore.exceptions import ClientError

from local import programs  # noqa: F401 makes the layer importable
from local.deployed import Deployed
from local.proofs import csv_rows

from fraudstream.features import SCHEMA_HASH  # isort: skip

Rows = Sequence[Sequence[float | None]]
_ANSWERED = 1e-9


class Golden:
    """Golden rows of one model; a probe for an observer.

    Attributes
    ----------
    distances
        Moment, and the largest difference between an answer and the evaluated scores; NaN where it was nonsense.
    """

    def __init__(self, deployed: Deployed, package_arn: str) -> None:
        self._runtime = deployed.client("sagemaker-runtime")
        self._endpoint = deployed.outputs["EndpointName"]
        package = deployed.client("sagemaker").describe_model_package(ModelPackageName=package_arn)
        address = package["CustomerMetadataProperties"]["golden_rows"]
        bucket, _, key = address.removeprefix("s3://").partition("/")
        document = json.loads(deployed.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
        self._body = csv_rows(document["rows"], SCHEMA_HASH)
        self._expected = [float(score) for score in document["scores"]]
        self.distances: list[tuple[float, float]] = []

    def look(self) -> dict[str, str]:
        """Ask, and say whether the answers are those of the evaluation."""
        now = time.time()
        try:
            answer = self._runtime.invoke_endpoint(
                EndpointName=self._endpoint, ContentType="text/csv", Accept="application/json", Body=self._body
            )
            scores = [float(score) for score in json.loads(answer["Body"].read())["scores"]]
        except ClientError:
            scores = []
        distance = distance_of(scores, self._expected)
        self.distances.append((now, distance))
        return {"golden rows": said(distance)}


def distance_of(scores: Sequence[float], expected: Sequence[float]) -> float:
    """Return the largest difference; NaN where the scores are too few or not within 0 to 1.

    Examples
    --------
    >>> distance_of([0.5, 0.25], [0.5, 0.5]), distance_of([1.5, 0.5], [0.5, 0.5])
    (0.25, nan)
    """
    if len(scores) != len(expected) or not all(0.0 <= score <= 1.0 for score in scores):
        return math.nan
    return max(abs(score - wanted) for score, wanted in zip(scores, expected, strict=True))


def said(distance: float) -> str:
    """Return who answered with scores so far from a model's own."""
    if math.isnan(distance):
        return "nonsense"
    return "as evaluated" if distance < _ANSWERED else "another model's"
