"""The rules that decide now."""

from fraudstream.api.http import Answer, Asked, answer
from served import api


def tell(asked: Asked) -> Answer:
    """Tell the live policy document, its version, and who made it live when."""
    return answer(200, api.rules.live(asked.now_ms))
