"""The rules that decide now."""

from answers import Answer, answer
from asked import Asked
from served import api


def tell(asked: Asked) -> Answer:
    """Tell the live policy document, its version, and who made it live when."""
    return answer(200, api.rules.live(asked.now_ms))
