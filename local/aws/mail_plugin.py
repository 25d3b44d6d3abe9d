"""Mail of SNS topics: what an e-mail subscription would be sent is put into a file each, below `FRAUDSTREAM_MAIL`.

The base knows who is subscribed, with which filter, and only logs that it would send something.
"""

from __future__ import annotations

import os
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from local.aws.patch_points import PatchPoint

VARIABLE = "FRAUDSTREAM_MAIL"
_SNS = "ministack.services.sns"

FANOUT = PatchPoint(
    module=_SNS,
    attribute="_fanout",
    parameters=(
        "topic_arn",
        "msg_id",
        "message",
        "subject",
        "message_structure",
        "message_attributes",
        "message_group_id",
        "message_dedup_id",
    ),
    purpose="wrapped, to see what is published",
)
TOPIC = PatchPoint(
    module=_SNS, attribute="_topic_by_arn_any_scope", parameters=("topic_arn",), purpose="knows a topic's subscribers"
)
TEXT = PatchPoint(
    module=_SNS,
    attribute="_resolve_message_for_protocol",
    parameters=("message", "message_structure", "protocol"),
    purpose="chooses the text of a protocol",
)
MATCHES = PatchPoint(
    module=_SNS,
    attribute="_matches_filter_policy",
    parameters=("sub", "message_attributes", "message"),
    purpose="holds a message against a filter",
)
PATCH_POINTS = (FANOUT, TOPIC, TEXT, MATCHES)


def install() -> None:
    """Wrap publishing, if there is a place for mail.

    Raises
    ------
    PatchPointError
        If the embedded AWS is not what this was written for.
    """
    place = os.environ.get(VARIABLE)
    if not place:
        return
    fanout, topic_of, text_of, matches = (point.resolve() for point in PATCH_POINTS)
    directory = Path(place)

    def send(  # noqa: PLR0917 - as what it stands for
        topic_arn: str,
        msg_id: str,
        message: str,
        subject: str,
        message_structure: str = "",
        message_attributes: dict[str, Any] | None = None,
        **more: Any,
    ) -> None:
        fanout(topic_arn, msg_id, message, subject, message_structure, message_attributes, **more)
        text = text_of(message, message_structure, "email")
        topic = topic_of(topic_arn) or {"subscriptions": ()}
        for number, subscription in enumerate(topic["subscriptions"]):
            if subscription["protocol"] == "email" and matches(subscription, message_attributes or {}, text):
                write(directory / f"{msg_id}-{number}.eml", subscription["endpoint"], subject, text)

    FANOUT.replace(send)


def write(path: Path, recipient: str, subject: str, text: str) -> None:
    """Write one mail as mail programs read it; nobody sees half of one."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = "no-reply@sns.amazonaws.com", recipient
    mail["Subject"] = subject or "AWS Notification Message"
    mail.set_content(text)
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    half.write_bytes(mail.as_bytes())
    half.rename(path)
