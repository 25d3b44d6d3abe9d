"""What a route of the HTTP API takes, answers and asks of its caller."""

from dataclasses import dataclass, field
from typing import Any, Literal

from msgspec import Struct

from docs.openapi.parameters import Parameter

Scope = Literal["read", "review", "rules"]
READ: Scope = "read"
REVIEW: Scope = "review"
RULES: Scope = "rules"
MACHINES = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One route.

    Attributes
    ----------
    served_by
        Folder below `functions/` of the function that answers it: its `handler.py` has the key in `ROUTES`.
    scope
        Which scope a person's token needs; None where people have no business: the route is for signed requests only.
    people_only
        There is no such route for signed requests: what people's pages show, and what takes a person to answer for.
    answer, status
        What comes where all is well; None for a document that describes itself.
    refusals
        Of its own, by status: when that is answered. Those of every route are not listed here.

    Raises
    ------
    ValueError
        For a route that nobody may use.
    """

    key: str
    name: str
    summary: str
    description: str
    served_by: str
    scope: Scope | None
    answer: type[Struct] | None
    people_only: bool = False
    status: int = 200
    body: type[Struct] | None = None
    parameters: tuple[Parameter, ...] = ()
    refusals: dict[int, str] = field(default_factory=dict)
    answer_example: Any = None
    body_examples: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.people_only and self.scope is None:
            raise ValueError(f"{self.key}: neither for machines nor for people")

    @property
    def method(self) -> str:
        """GET or POST."""
        return self.key.partition(" ")[0]

    @property
    def path(self) -> str:
        """The path with its parameters in braces."""
        return self.key.partition(" ")[2]
