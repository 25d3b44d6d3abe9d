"""A producer that sends at an even rate."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from local.producer import Producer
from local.stream_plan import Record

RECORDS_A_CALL = 20


class PacedProducer(Producer):
    """A producer that spreads its records evenly over time, as long as it is asked to.

    Parameters
    ----------
    kinesis, stream
        As of any producer.
    records_a_second
        How many.
    while_
        Once it is false, the rest goes out as fast as it can.
    """

    def __init__(self, kinesis: Any, stream: str, records_a_second: float, while_: Callable[[], bool]) -> None:
        super().__init__(kinesis, stream)
        self._records_a_second = records_a_second
        self._while = while_

    def send(self, records: Sequence[Record]) -> None:
        """Put all records on the stream, a few at a time."""
        for start in range(0, len(records), RECORDS_A_CALL):
            super().send(records[start : start + RECORDS_A_CALL])
            if self._while():
                time.sleep(RECORDS_A_CALL / self._records_a_second)
