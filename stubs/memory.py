"""All services side by side, and what was asked of them."""

from dataclasses import dataclass, field

from stubs import dynamodb
from stubs.attributes import Item
from stubs.counts import Count, Counts
from stubs.kinesis import Kinesis, Put
from stubs.s3 import S3
from stubs.sagemaker import Model, SageMaker
from stubs.sns import Message, Sns
from stubs.tables import Indexes, Key, Tables
from stubs.wire import RefusalError, Request, Response


@dataclass(slots=True)
class MemoryAws:
    """An AWS account in memory.

    Tables and buckets have to be made, by `create_table` and `create_bucket` or over the wire; topics, streams and the
    endpoint are there under any name.

    Examples
    --------
    >>> aws = MemoryAws()
    >>> aws.create_table("Decisions", "transaction_id")
    >>> aws.tables["Decisions"]
    {}
    """

    store: Tables = field(default_factory=Tables)
    s3: S3 = field(default_factory=S3)
    sns: Sns = field(default_factory=Sns)
    sagemaker: SageMaker = field(default_factory=SageMaker)
    kinesis: Kinesis = field(default_factory=Kinesis)
    counts: Counts = field(default_factory=Counts)

    @property
    def tables(self) -> dict[str, dict[Key, Item]]:
        """Items by table and key, as they travel: binary values in base64."""
        return self.store.items

    @property
    def objects(self) -> dict[str, dict[str, bytes]]:
        """Objects by bucket and key."""
        return self.s3.objects

    @property
    def published(self) -> list[Message]:
        """Messages to topics, in order."""
        return self.sns.published

    @property
    def stream(self) -> list[Put]:
        """Records put on streams, in order."""
        return self.kinesis.stream

    @property
    def endpoint(self) -> Model | RefusalError | None:
        """The model: bytes to bytes, or how every call is refused, or None where there is no endpoint."""
        return self.sagemaker.endpoint

    @endpoint.setter
    def endpoint(self, model: Model | RefusalError | None) -> None:
        self.sagemaker.endpoint = model

    def create_table(self, name: str, *key: str, indexes: Indexes | None = None) -> None:
        """Make an empty table with the given key attributes, partition key first, and indexes of keys alone."""
        self.store.create(name, *key, indexes=indexes)

    def create_bucket(self, name: str) -> None:
        """Make an empty bucket."""
        self.s3.objects[name] = {}

    def reset(self) -> None:
        """Empty everything; tables and buckets stay."""
        self.store.clear()
        self.s3.clear()
        self.sns.published.clear()
        self.kinesis.stream.clear()
        self.counts.clear()

    def answer(self, request: Request) -> Response:
        """Answer one call, and count it; what is refused is an answer too."""
        count = self.counts.of(f"{request.service}.{request.operation}")
        try:
            response = self._dispatch(request, count)
        except RefusalError as refusal:
            response = refusal.response(request.service)
        if request.operation == "HeadObject":
            response = Response(response.status, b"", response.headers)
        count.requests += 1
        count.request_bytes += len(request.body)
        count.response_bytes += len(response.body)
        return response

    def _dispatch(self, request: Request, count: Count) -> Response:
        if request.service == "dynamodb":
            return dynamodb.answer(self.store, request, count)
        service = {
            "s3": self.s3,
            "sns": self.sns,
            "sagemaker": self.sagemaker,
            "sagemaker-runtime": self.sagemaker,
            "kinesis": self.kinesis,
        }.get(request.service)
        if service is None:
            raise RefusalError("UnknownService", f"the stub has no {request.service}")
        return service.answer(request)
