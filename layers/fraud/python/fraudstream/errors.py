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
    """A policy document is not valid: it names the place and what is expected there."""


class SettingsError(FraudstreamError):
    """The environment lacks settings or has wrong ones; the message lists all of them."""
