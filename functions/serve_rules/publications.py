"""Rules made live, by the same writes as `make rules`: nobody's work is lost, and each version can be gone back to."""

from fraudstream.adapters.calls import store_errors
from fraudstream.api.editing import Publication, PublishedRules, read
from fraudstream.api.http import Answer, Asked, answer, refused
from fraudstream.contract import Rejected, from_epoch_ms
from fraudstream.policy import default_policy
from fraudstream.policy.published import Published, digest
from fraudstream.policy.publishing import Change, OtherLiveError, VersionTakenError
from fraudstream.policy.publishing import publish as make_live
from refusals import conflict, invalid, taken
from served import rules
from texts import read_text

from operate.rules.reading import RulesFile


def publish(asked: Asked) -> Answer:
    """Make a text live in place of the version that its author saw; sent again, tell the same again."""
    wanted = read(Publication, asked.body)
    if isinstance(wanted, Rejected):
        return refused(wanted)
    found = read_text(wanted.yaml)
    if isinstance(found, tuple):
        return invalid(found)
    change = Change(
        author=asked.said_by,
        at=from_epoch_ms(asked.now_ms),
        why=" ".join(wanted.why.split()),
        replaces=wanted.replaces,
    )
    with store_errors("the rules"):
        return _publish(found, change)


def _publish(found: RulesFile, change: Change) -> Answer:
    standing = rules.live()
    if standing is None and change.replaces != default_policy().version:
        return conflict(None)
    try:
        return _made(make_live(rules, found, change))
    except VersionTakenError:
        return taken(found.policy.version)
    except OtherLiveError as error:
        if error.live is not None and _same(error.live, found, change):  # an answer was lost on its way
            return _made(error.live)
        return conflict(error.live)


def _same(live: Published, found: RulesFile, change: Change) -> bool:
    return (live.sha256, live.author, live.why) == (digest(found.document), change.author, change.why)


def _made(live: Published) -> Answer:
    told = PublishedRules(version=live.version, author=live.author, at=live.at, why=live.why, changes=live.changes)
    return answer(201, told)
