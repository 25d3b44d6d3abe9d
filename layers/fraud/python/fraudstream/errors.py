"""What can break: infrastructure and programs. Bad data is a value and never raises (see `contract`)."""


class FraudstreamError(Exception):
    """Base of every error of ours."""


class HistoryFormatError(FraudstreamError):
    """A stored history has bytes that no version of this code wrote."""


class EndpointUnavailableError(FraudstreamError):
    """The model's endpoint did not answer in time, or not usably: the batch waits, or goes by rules once it is old."""


class EndpointMissingError(FraudstreamError):
    """There is no endpoint: no model has been deployed yet. Decisions are made by rules alone, and say so."""


class StoreUnavailableError(FraudstreamError):
    """A table, bucket or topic did not take a write or answer a read within the tries allowed."""


class PolicyError(FraudstreamError):
    """A policy document is not valid: it names the place and what is expected there.

    Attributes
    ----------
    path
        Keys and positions that lead to the place in the document, such as `("rules", 2, "when")`.
    span
        First character and the one after the last, within the text that stands there; None for the whole of it.
    what
        What is wrong there, without the place.
    """

    def __init__(
        self,
        message: str,
        *,
        path: tuple[str | int, ...] = (),
        span: tuple[int, int] | None = None,
        what: str | None = None,
    ) -> None:
        super().__init__(message)
        self.path = path
        self.span = span
        self.what = what or message


class CursorError(FraudstreamError):
    """A cursor is none that the queue gave out for this order: ask for the first page again."""


class SettingsError(FraudstreamError):
    """The environment lacks settings or has wrong ones; the message lists all of them."""
