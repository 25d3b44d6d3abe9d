"""Messages to the people who operate the system."""

from dataclasses import dataclass
from typing import Any

from fraudstream.adapters.calls import store_errors


@dataclass(frozen=True, slots=True)
class Notices:
    """`chargebacks.service.Notices` over a topic."""

    client: Any
    arn: str

    def send(self, subject: str, text: str) -> None:
        """Publish one message.

        Raises
        ------
        StoreUnavailableError
            The topic did not take it within botocore's own retries.
        """
        with store_errors("Publish"):
            self.client.publish(TopicArn=self.arn, Subject=subject, Message=text)
