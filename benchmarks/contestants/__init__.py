"""Who is measured. Each module has `make_handler()`: a function of a Kinesis event, made ready once."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """One way to decide a batch of records.

    Attributes
    ----------
    name
        Of its module, and in `results.json`.
    title
        What tables and charts call it.
    state
        How its past is seeded: "histories" packed in one table, "text" or "documents" in a table each of cards and
        terminals, "memory" by itself, or "none".
    records
        How many records of each batch it is given at most: fewer for one that is slow and treats each alike.
    """

    name: str
    title: str
    state: str
    records: int = 1_000


CONTESTANTS = (
    Contestant(name="fraudstream", title="Fraudstream", state="histories"),
    Contestant(name="one_thread", title="Fraudstream, IO_THREADS=1", state="histories"),
    Contestant(name="floor", title="floor: hand-written sockets", state="histories"),
    Contestant(name="tutorial", title="(a) tutorial, no state", state="none"),
    Contestant(name="with_state", title="(b) state in DynamoDB, per record", state="text"),
    Contestant(name="powertools", title="(c) Powertools BatchProcessor", state="text"),
    Contestant(name="with_documents", title="(b) state as documents, per record", state="documents", records=100),
    Contestant(name="framework", title="bytewax, nothing stored", state="memory"),
)
BY_NAME = {contestant.name: contestant for contestant in CONTESTANTS}
