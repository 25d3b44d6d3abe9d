"""The composition root of the reader of chargebacks."""

import time

from fraudstream.adapters.bucket import Bucket
from fraudstream.adapters.calls import Calls
from fraudstream.adapters.clients import client
from fraudstream.adapters.decisions_table import DecisionsTable
from fraudstream.adapters.dropped_files import DroppedFiles
from fraudstream.adapters.notices import Notices
from fraudstream.adapters.stream_batches import StreamBatches
from fraudstream.chargebacks.reading import Reading
from fraudstream.chargebacks.service import Chargebacks
from fraudstream.chargebacks.settings import ChargebackSettings
from fraudstream.contract import Bounds

_THREADS = 4


def build_chargebacks(settings: ChargebackSettings) -> Chargebacks:
    """Return the reader over AWS."""
    calls = Calls(_THREADS)
    objects = client("s3")
    return Chargebacks(
        files=DroppedFiles(objects, settings.archive_bucket),
        reports=Bucket(objects, settings.archive_bucket),
        notices=Notices(client("sns"), settings.operations_topic_arn),
        reading=Reading(
            decisions=DecisionsTable(client("dynamodb"), settings.decisions_table, calls),
            stream=StreamBatches(client("kinesis"), settings.transaction_stream, calls),
            bounds=Bounds(),
            clock=time.monotonic,
            sleep=time.sleep,
        ),
        bucket=settings.archive_bucket,
    )
