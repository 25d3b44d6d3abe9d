"""What a scanner has to say, and how many of its rules looked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ScannerFinding:
    """A rule that failed, and where: a logical id of the expanded template, or a file with its line."""

    rule: str
    where: str
    message: str = ""

    def __str__(self) -> str:
        return f"{self.rule} {self.where}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One scanner's run.

    Attributes
    ----------
    tool
        What ran, and what it was given to look for.
    checks
        How many checks it made, in words.
    findings
        What failed, skips not yet taken off.
    """

    tool: str
    checks: str
    findings: tuple[ScannerFinding, ...]


class ScannerMissingError(Exception):
    """A scanner cannot run on this machine; the message says what to install."""


class ScannerFailedError(Exception):
    """A scanner ran and broke; the message holds the end of what it said."""
