"""The places in ministack that we replace or call. It promises none of them, so each is checked at every start."""

from __future__ import annotations

import importlib
import inspect
from dataclasses import dataclass
from typing import Any


class PatchPointError(Exception):
    """ministack no longer is what the plugins were written for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchPoint:
    """One function or registry of ministack.

    Parameters
    ----------
    module, attribute
        Where it is.
    parameters
        Names of its parameters in order, for a function.
    is_async
        Whether it must be awaited.
    kind
        Type of the attribute, for anything else than a function.
    purpose
        What we do with it.
    """

    module: str
    attribute: str
    purpose: str
    parameters: tuple[str, ...] | None = None
    is_async: bool = False
    kind: str | None = None

    @property
    def name(self) -> str:
        """Its full name."""
        return f"{self.module}.{self.attribute}"

    def resolve(self) -> Any:
        """Return the attribute, checked.

        Raises
        ------
        PatchPointError
            If it is not there, or not as expected.
        """
        try:
            value = getattr(importlib.import_module(self.module), self.attribute)
        except (ImportError, AttributeError) as error:
            raise PatchPointError(f"{self.name} is missing ({self.purpose})") from error
        if self.parameters is not None:
            found = tuple(inspect.signature(value).parameters)
            if found != self.parameters:
                raise PatchPointError(f"{self.name} takes {found}, not {self.parameters} ({self.purpose})")
            if inspect.iscoroutinefunction(value) != self.is_async:
                raise PatchPointError(f"{self.name} is {'not ' if self.is_async else ''}async ({self.purpose})")
        if self.kind is not None and type(value).__name__ != self.kind:
            raise PatchPointError(f"{self.name} is a {type(value).__name__}, not a {self.kind} ({self.purpose})")
        return value

    def replace(self, value: Any) -> None:
        """Check what is there, and put ``value`` in its place."""
        self.resolve()
        setattr(importlib.import_module(self.module), self.attribute, value)
