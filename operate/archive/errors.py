"""What can be wrong with an archive."""


class ArchiveError(Exception):
    """The archive cannot be read; the message says what to do."""


class UnreadableObjectError(ArchiveError):
    """An object of the archive is not what was written: the message names it, and quotes nothing of it."""
