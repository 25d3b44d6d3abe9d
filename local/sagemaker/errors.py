"""Errors in AWS's terms: a code, a message, an HTTP status."""

from __future__ import annotations

from typing import Any


class AwsError(Exception):
    """An error answer as AWS gives it; ``members`` are further fields of its body."""

    def __init__(self, code: str, message: str, status: int = 400, **members: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.members = members


class JobFailedError(Exception):
    """Ends a job as Failed; the text becomes its FailureReason."""


def invalid(message: str) -> AwsError:
    """Make the ValidationException of the control API."""
    return AwsError("ValidationException", message)


def not_done(what: str) -> AwsError:
    """Make the refusal of what AWS can do and this process cannot: nothing is accepted in silence."""
    return invalid(f"{what} is not supported by the embedded SageMaker.")
