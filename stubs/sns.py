"""SNS: what was published, and to which topic."""

import json
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from stubs.wire import RefusalError, Request, Response

_MOST_ENTRIES, _MOST_BYTES = 10, 262_144
_XML = {"content-type": "text/xml"}


@dataclass(frozen=True, slots=True)
class Message:
    """A message as subscribers get it; `message_id` counts from 1.

    Attributes
    ----------
    text
        What every protocol gets that has no text of its own.
    by_protocol
        The texts of those that have one.
    """

    message_id: int
    topic: str
    subject: str | None
    text: str
    attributes: dict[str, str]
    by_protocol: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Sns:
    """Messages in the order of their publication. Any topic exists."""

    published: list[Message] = field(default_factory=list)

    def answer(self, request: Request) -> Response:
        """Answer one call."""
        call = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        if request.operation == "CreateTopic":
            return _result("CreateTopic", f"<TopicArn>arn:aws:sns:us-east-1:000000000000:{call['Name']}</TopicArn>")
        if request.operation == "Publish":
            return _result("Publish", f"<MessageId>{self._publish(call['TopicArn'], call, '')}</MessageId>")
        if request.operation != "PublishBatch":
            raise RefusalError("InvalidAction", f"the stub does not know {request.operation}")
        return _result("PublishBatch", self._publish_batch(call))

    def _publish_batch(self, call: dict[str, str]) -> str:
        prefixes = _members(call, "PublishBatchRequestEntries.member.")
        if not 1 <= len(prefixes) <= _MOST_ENTRIES:
            raise RefusalError("TooManyEntriesInBatchRequest", f"1 to {_MOST_ENTRIES} entries are allowed")
        names = [call[f"{prefix}Id"] for prefix in prefixes]
        if len(set(names)) < len(names):
            raise RefusalError("BatchEntryIdsNotDistinct", "Two or more batch entries have the same Id")
        if sum(len(call[f"{prefix}Message"].encode()) for prefix in prefixes) > _MOST_BYTES:
            raise RefusalError("BatchRequestTooLong", "The length of all the messages is more than the limit")
        done = ""
        for prefix, name in zip(prefixes, names, strict=True):
            number = self._publish(call["TopicArn"], call, prefix)
            done += f"<member><Id>{name}</Id><MessageId>{number}</MessageId></member>"
        return f"<Successful>{done}</Successful><Failed></Failed>"

    def _publish(self, topic: str, call: dict[str, str], prefix: str) -> int:
        attributes = {
            call[f"{entry}Name"]: call[f"{entry}Value.StringValue"]
            for entry in _members(call, f"{prefix}MessageAttributes.entry.")
        }
        number = len(self.published) + 1
        text, subject = call[f"{prefix}Message"], call.get(f"{prefix}Subject")
        texts = {}
        if call.get(f"{prefix}MessageStructure") == "json":
            texts = json.loads(text)
            text = texts.pop("default")
        self.published.append(Message(number, topic, subject, text, attributes, texts))
        return number


def _members(call: dict[str, str], prefix: str) -> list[str]:
    numbers = {int(name.removeprefix(prefix).partition(".")[0]) for name in call if name.startswith(prefix)}
    return [f"{prefix}{number}." for number in sorted(numbers)]


def _result(action: str, content: str) -> Response:
    text = f"<{action}Response><{action}Result>{content}</{action}Result></{action}Response>"
    return Response(200, text.encode(), _XML)
