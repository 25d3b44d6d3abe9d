"""Rules files as they are sent: valid ones as policies, of others every mistake with its place."""

from fraudstream.api.editing import MOST_MISTAKES, Mistake
from fraudstream.errors import PolicyError
from fraudstream.policy.publishing import RESERVED
from fraudstream.policy.trial import tried

from operate.rules.reading import RulesFile, mistakes_in, placed, read_rules_text
from operate.rules.yaml_document import PlacedError


def read_text(text: str) -> RulesFile | tuple[Mistake, ...]:
    """Return a text as a policy that can decide, or what is wrong with it."""
    if found := mistakes_in(text, MOST_MISTAKES):
        return tuple(_shown(text, mistake) for mistake in found)
    rules = read_rules_text(text)
    version = rules.policy.version
    if version in RESERVED:
        taken = placed(text, ("version",), f"'{version}' is no name for a version: commands use it")
        return (_shown(text, taken),)
    try:
        tried(lambda: rules.compiled)
    except PolicyError as error:
        return (Mistake(line=1, column=1, end_column=1, message=error.what),)
    return rules


def _shown(text: str, mistake: PlacedError) -> Mistake:
    """Return a mistake with its place, as editors count: characters from 1, a line ending where a newline is."""
    mark = mistake.mark
    if mark is None:
        return Mistake(line=1, column=1, end_column=1, message=mistake.what)
    begin = text.rfind("\n", 0, mark.start) + 1
    newline = text.find("\n", mark.start)
    end = min(mark.end, newline if newline >= 0 else len(text))
    column = mark.start - begin + 1
    return Mistake(
        line=text.count("\n", 0, mark.start) + 1,
        column=column,
        end_column=max(end - begin + 1, column + 1),
        message=mistake.what,
    )
