"""Who works with the embedded system, and what each may do."""

from dataclasses import dataclass

AUDIENCE = "fraudstream-people"
"""For whom the tokens are: `JwtAudience` of an embedded deployment, and the client's id."""
READ, REVIEW, RULES = "fraudstream/read", "fraudstream/review", "fraudstream/rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may sign in.

    Parameters
    ----------
    subject
        What tokens call the person.
    may
        In words, for the sign-in page.
    scopes
        What the person's tokens allow at most.
    """

    subject: str
    name: str
    work: str
    may: str
    scopes: tuple[str, ...]


PEOPLE = (
    Person(
        subject="ada@fraudstream.example",
        name="Ada",
        work="analyst",
        may="looks at cases and decides them",
        scopes=(READ, REVIEW),
    ),
    Person(
        subject="bo@fraudstream.example",
        name="Bo",
        work="lead",
        may="also changes the rules",
        scopes=(READ, REVIEW, RULES),
    ),
    Person(
        subject="vic@fraudstream.example",
        name="Vic",
        work="viewer",
        may="looks, and changes nothing",
        scopes=(READ,),
    ),
)


def invitation() -> str:
    """Return who may sign in, in words.

    Examples
    --------
    >>> invitation()
    'Ada (analyst), Bo (lead) or Vic (viewer)'
    """
    *others, last = [f"{one.name} ({one.work})" for one in PEOPLE]
    return f"{', '.join(others)} or {last}"


def person(subject: str) -> Person | None:
    """Return who a subject is, or None."""
    return next((one for one in PEOPLE if one.subject == subject), None)
