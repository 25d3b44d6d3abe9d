"""What the HTTP API does, without HTTP: decide, take in findings, tell decisions, queue, cards, terminals and rules."""

from dataclasses import dataclass

from fraudstream.api.cards import Cards
from fraudstream.api.deciding import Deciding
from fraudstream.api.findings import Labels
from fraudstream.api.live_rules import Rules
from fraudstream.api.review import ReviewQueue
from fraudstream.api.similar import Similar
from fraudstream.api.terminals import Terminals
from fraudstream.pipeline import Pipeline
from fraudstream.ports import EventStream


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """Everything the routes need, over the same stores as the stream's pipeline."""

    deciding: Deciding
    labels: Labels
    queue: ReviewQueue
    cards: Cards
    terminals: Terminals
    similar: Similar
    rules: Rules

    @classmethod
    def over(cls, pipeline: Pipeline, *, stream: EventStream) -> "Api":
        """Return the API over a pipeline and its stores."""
        return cls(
            deciding=Deciding(pipeline=pipeline),
            labels=Labels(decisions=pipeline.decisions, cases=pipeline.cases, stream=stream, bounds=pipeline.bounds),
            queue=ReviewQueue(cases=pipeline.cases),
            cards=Cards(histories=pipeline.histories, cases=pipeline.cases, pause=pipeline.pause),
            terminals=Terminals(histories=pipeline.histories),
            similar=Similar(decisions=pipeline.decisions, cases=pipeline.cases),
            rules=Rules(policies=pipeline.policies),
        )
