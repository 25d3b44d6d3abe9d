"""The bill of a month, line by line."""

from collections.abc import Iterator
from dataclasses import dataclass

from costs.facts import Measured, Operation, alarm_metrics, custom_metrics, measured, prices, whole
from costs.load import Load

FRAUDSTREAM, TUTORIAL, WITH_STATE = "fraudstream", "tutorial", "with_state"
TITLES = {
    FRAUDSTREAM: "Fraudstream",
    TUTORIAL: "(a) tutorial: no memory, a request each",
    WITH_STATE: "(b) the same with card and terminal state",
}
DECIDING, KEEPING, STANDING = "deciding", "keeping", "standing"
PARTS = {
    DECIDING: "by each transaction, when it is decided",
    KEEPING: "by each transaction, for as long as it is kept",
    STANDING: "by the month, whatever comes",
}
_GB = 1e9
_PUT_UNIT_BYTES, _SMALLEST_COLD_BYTES, _COLD_AFTER_DAYS = 25_600, 131_072, 90
_ITEM_OVERHEAD_BYTES = 100
"""DynamoDB charges storage for each item's index beside its attributes."""
_MOST_EXPLAINED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: a quantity a month at a price."""

    part: str
    service: str
    what: str
    quantity: float
    price: str

    @property
    def usd(self) -> float:
        """Dollars a month."""
        return self.quantity * prices().by_name[self.price].usd


@dataclass(frozen=True, slots=True)
class Bill:
    """The bill of one way to decide."""

    load: Load
    lines: tuple[Line, ...]

    def total(self, *parts: str) -> float:
        """Return dollars a month, of these parts or of all."""
        return sum(line.usd for line in self.lines if not parts or line.part in parts)

    def per_million(self, *parts: str) -> float:
        """Return dollars for a million transactions."""
        return self.total(*parts) / self.load.transactions * 1e6


def bill(load: Load, who: str = FRAUDSTREAM, counts: Measured | None = None) -> Bill:
    """Return the bill of a load. What stands is the same for all: stream, endpoint, key, alarms, retraining."""
    return Bill(load, tuple(_Account(load, who, counts or measured()).lines()))


class _Account:
    def __init__(self, load: Load, who: str, counts: Measured) -> None:
        self._load, self._who, self._counts = load, who, counts
        self._assumed = load.assumed
        self._batch = load.records_per_call
        self._per_record = counts.operations(who, self._batch)

    def lines(self) -> Iterator[Line]:
        yield from self._stream()
        yield from self._function()
        yield from self._endpoint()
        yield from self._tables()
        yield from self._objects()
        yield from self._alerts()
        yield from self._key()
        yield from self._watching()
        yield from self._retraining()

    def _stream(self) -> Iterator[Line]:
        load, hours = self._load, self._assumed["hours_per_month"]
        size = self._counts.document["record_bytes"]
        if load.shards == 0:
            gb = load.records * whole(size / 1024) * 1024 / _GB
            kept = gb / load.seconds_per_month * 3600 * max(0, load.stream_retention_hours - 24)
            yield _line(STANDING, "Kinesis", "stream on demand", hours, "kinesis_on_demand_stream_hour")
            yield _line(DECIDING, "Kinesis", "data in", gb, "kinesis_on_demand_in_gb")
            yield _line(DECIDING, "Kinesis", "data out", gb, "kinesis_on_demand_out_gb")
            yield _line(DECIDING, "Kinesis", "kept beyond a day", kept, "kinesis_on_demand_retention_gb_month")
            return
        shard_hours = load.open_shards * hours
        yield _line(STANDING, "Kinesis", "shards", shard_hours, "kinesis_shard_hour")
        if load.stream_retention_hours > 24:
            yield _line(STANDING, "Kinesis", "kept beyond a day", shard_hours, "kinesis_extended_retention_shard_hour")
        units = load.records * whole(size / _PUT_UNIT_BYTES)
        yield _line(DECIDING, "Kinesis", "records put", units, "kinesis_put_unit")

    def _function(self) -> Iterator[Line]:
        share = min(1.0, self._assumed["lambda_memory_mb"] / self._assumed["lambda_mb_per_processor"])
        busy_ms = self._batch * self._counts.cpu_ms(self._who, self._batch) / share
        gb_ms = (busy_ms + self._waiting_ms()) * self._assumed["lambda_memory_mb"] / 1024
        yield _line(DECIDING, "Lambda", "calls", self._load.calls, "lambda_request")
        yield _line(DECIDING, "Lambda", "GB-seconds", self._load.calls * gb_ms / 1000, "lambda_gb_second")

    def _waiting_ms(self) -> float:
        """Return how long one call waits for answers: ours for many at once, the peers for one after the other."""
        wait = {
            "dynamodb": self._assumed["dynamodb_wait_ms"],
            "s3": self._assumed["s3_put_wait_ms"],
            "sns": self._assumed["sns_wait_ms"],
            "sagemaker-runtime": self._assumed["endpoint_wait_ms"],
        }
        at_once = self._assumed["io_threads"] if self._who == FRAUDSTREAM else 1
        waiting: float = self._alert_requests() * wait["sns"] + self._scored_requests() * self._model_ms()
        for name, operation in self._without_alerts().items():
            service = name.partition(".")[0]
            requests = operation.requests * self._batch
            rounds = whole(requests / at_once) if service == "dynamodb" and at_once > 1 else requests
            waiting += rounds * wait[service]
        return waiting

    def _scored_requests(self) -> float:
        return self._per_record["sagemaker-runtime.InvokeEndpoint"].requests * self._batch

    def _model_ms(self) -> float:
        """Return how long the model takes for one request."""
        rows = self._batch / self._scored_requests()
        time = self._counts.document["model_ms"]
        explained = min(rows * self._load.alert_rate, _MOST_EXPLAINED) if self._who == FRAUDSTREAM else 0.0
        return float(
            self._assumed["endpoint_request_ms"]
            + time["first_row"]
            + (rows - 1) * time["further_row"]
            + explained * self._assumed["explained_row_ms"]
        )

    def _endpoint(self) -> Iterator[Line]:
        load = self._load
        operation = self._per_record["sagemaker-runtime.InvokeEndpoint"]
        seconds = load.transactions * operation.requests * self._model_ms() / 1000
        if load.endpoint == "instances":
            at_most = self._assumed["instance_processors"] * self._assumed["instance_busy_at_most"]
            count = max(load.instances, whole(seconds / load.seconds_per_month / at_most))
            hours = count * self._assumed["hours_per_month"]
            yield _line(STANDING, "SageMaker", f"{count} instances", hours, load.instance_price)
            return
        gb = load.transactions * (operation.request_bytes + operation.response_bytes) / _GB
        yield _line(DECIDING, "SageMaker", "serverless seconds", seconds, "sagemaker_serverless_second")
        yield _line(DECIDING, "SageMaker", "serverless data", gb, "sagemaker_serverless_gb")

    def _tables(self) -> Iterator[Line]:
        load = self._load
        records = load.records if self._who == FRAUDSTREAM else load.transactions  # peers learn nothing of labels
        operations = self._without_alerts().values()
        writes = records * sum(operation.write_units for operation in operations)
        reads = records * sum(operation.read_units for operation in operations)
        yield _line(DECIDING, "DynamoDB", "write units", writes, "dynamodb_write_unit")
        if reads:
            yield _line(DECIDING, "DynamoDB", "read units", reads, "dynamodb_read_unit")
        daily = load.rate * 86_400
        decisions = daily * load.decision_days * self._stored("decision")
        entities = daily * (
            self._assumed["cards_per_daily_transaction"] * self._stored("card")
            + self._assumed["terminals_per_daily_transaction"] * self._stored("terminal")
        )
        for what, size in (("decisions", decisions), ("histories", entities)):
            if size:
                yield _line(KEEPING, "DynamoDB", f"{what} stored", size / _GB, "dynamodb_storage_gb_month")
                yield _line(KEEPING, "DynamoDB", f"{what}, point in time", size / _GB, "dynamodb_recovery_gb_month")

    def _stored(self, what: str) -> int:
        size = self._counts.item_bytes(self._who, what)
        return size + _ITEM_OVERHEAD_BYTES if size else 0

    def _objects(self) -> Iterator[Line]:
        load, put = self._load, self._per_record["s3.PutObject"]
        puts = load.records * put.requests + (self._quarantines() if self._who == FRAUDSTREAM else 0.0)
        yield _line(DECIDING, "S3", "objects put", puts, "s3_put")
        daily_gb = load.records / load.seconds_per_month * 86_400 * put.request_bytes / _GB
        # S3 moves no object below 128 KB to a colder class.
        cold = put.request_bytes / put.requests >= _SMALLEST_COLD_BYTES
        cold_days = max(0, load.archive_days - _COLD_AFTER_DAYS) if cold else 0
        warm = daily_gb * (load.archive_days - cold_days)
        yield _line(KEEPING, "S3", "archive stored", warm, "s3_storage_gb_month")
        if cold_days:
            yield _line(KEEPING, "S3", "archive, colder", daily_gb * cold_days, "s3_infrequent_gb_month")
            yield _line(KEEPING, "S3", "objects made colder", load.records * put.requests, "s3_transition")

    def _quarantines(self) -> float:
        """Return how many calls have something to quarantine: one object each, however much it is."""
        share = self._assumed["quarantined_share"]
        any_at_all: float = 1 - (1 - share) ** self._batch
        return self._load.calls * any_at_all

    def _alerts(self) -> Iterator[Line]:
        requests = self._load.calls * self._alert_requests()
        yield _line(DECIDING, "SNS", "publish requests", requests, "sns_request")

    def _alert_requests(self) -> float:
        """Return publish requests of one call: ten alerts share one in ours."""
        alerts = self._batch * self._load.alert_rate
        if self._who != FRAUDSTREAM:
            return alerts
        any_at_all: float = 1 - (1 - self._load.alert_rate) ** self._batch
        return max(any_at_all, alerts / 10)

    def _without_alerts(self) -> dict[str, Operation]:
        return {name: operation for name, operation in self._per_record.items() if not name.startswith("sns.")}

    def _key(self) -> Iterator[Line]:
        stores = self._assumed["kms_stores"] * self._assumed["kms_calls_per_store_hour"]
        puts = self._load.records * self._per_record["s3.PutObject"].requests * self._assumed["kms_share_of_puts"]
        yield _line(STANDING, "KMS", "key", 1, "kms_key_month")
        yield _line(STANDING, "KMS", "calls for stores", stores * self._assumed["hours_per_month"], "kms_request")
        yield _line(DECIDING, "KMS", "calls for objects", puts, "kms_request")

    def _watching(self) -> Iterator[Line]:
        own = self._counts.document["log_bytes_per_call"] if self._who == FRAUDSTREAM else 0
        gb = self._load.calls * (own + self._assumed["platform_log_bytes"]) / _GB
        yield _line(DECIDING, "CloudWatch", "logs taken in", gb, "logs_ingested_gb")
        yield _line(
            KEEPING, "CloudWatch", "logs stored", gb * self._assumed["log_retention_months"], "logs_stored_gb_month"
        )
        yield _line(STANDING, "CloudWatch", "metrics of alarms", alarm_metrics(), "cloudwatch_alarm_metric_month")
        yield _line(STANDING, "CloudWatch", "metrics of our own", custom_metrics(), "cloudwatch_metric_month")
        yield _line(STANDING, "CloudWatch", "dashboard", 1, "cloudwatch_dashboard_month")

    def _retraining(self) -> Iterator[Line]:
        runs = self._load.retrains_per_month
        hours = runs * self._assumed["retrain_job_minutes"] / 60
        yield _line(STANDING, "SageMaker", "retraining jobs", hours, "sagemaker_ml_m5_2xlarge_hour")
        transitions = runs * self._assumed["retrain_transitions"]
        yield _line(STANDING, "Step Functions", "retraining states", transitions, "states_transition")


def _line(part: str, service: str, what: str, quantity: float, price: str) -> Line:
    return Line(part=part, service=service, what=what, quantity=quantity, price=price)
