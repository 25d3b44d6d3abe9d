"""What can go wrong between the mapping and its source."""


class UnsupportedMappingError(ValueError):
    """The mapping asks for something this reader does not do; it is not started."""


class SourceUnavailableError(RuntimeError):
    """Kinesis did not answer; nothing was read and nothing is lost, so ask again later."""


class ShardGoneError(RuntimeError):
    """The shard is no longer in the stream: it was split or merged away, or has expired."""


class StopRequestedError(RuntimeError):
    """The process is to stop; what is not resolved yet is delivered again after the restart."""
