"""Texts that are only checked: what is wrong with them, or what they would change."""

from fraudstream.adapters.calls import store_errors
from fraudstream.api.editing import Checked, Draft, read
from fraudstream.api.http import Answer, Asked, answer, refused
from fraudstream.contract import Rejected
from fraudstream.policy.publishing import changes_of_live
from served import rules
from texts import read_text


def check(asked: Asked) -> Answer:
    """Tell whether a text is valid, where it is not, and what it changes of the rules that are live."""
    draft = read(Draft, asked.body)
    if isinstance(draft, Rejected):
        return refused(draft)
    found = read_text(draft.yaml)
    if isinstance(found, tuple):
        return answer(200, Checked(valid=False, version=None, problems=found))
    with store_errors("the live rules"):
        standing = rules.live()
    changes = changes_of_live(standing.published if standing else None, found.policy)
    return answer(200, Checked(valid=True, version=found.policy.version, changes=changes))
