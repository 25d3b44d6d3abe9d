"""Peer (c): Powertools' BatchProcessor calls (b)'s work for each record and answers which ones failed."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.kinesis_stream_event import KinesisStreamRecord

from benchmarks.contestants.with_state import Scoring, Texts
from benchmarks.names import CARDS, TERMINALS


def make_handler() -> Callable[[dict[str, Any], object], Any]:
    """Return the handler."""
    processor = BatchProcessor(event_type=EventType.KinesisDataStreams)
    scoring = Scoring(Texts(CARDS, "card_id", "card"), Texts(TERMINALS, "terminal_id", "terminal"))

    def record_handler(record: KinesisStreamRecord) -> None:
        scoring.decide(record.kinesis.data_as_bytes())

    def handler(event: dict[str, Any], context: Any) -> Any:
        answer = process_partial_response(
            event=event, record_handler=record_handler, processor=processor, context=context
        )
        if answer["batchItemFailures"]:
            raise AssertionError(f"{len(answer['batchItemFailures'])} records failed")
        return answer

    return handler
