"""A chart names the figures it was drawn from, so that a test can tell an old one."""

import json
from hashlib import blake2b
from typing import Any


def stamped(svg: str, section: Any) -> str:
    """Return a chart with the digest of its section of the results."""
    return svg.rstrip() + f"\n<!-- of results {digest(section)} -->\n"


def digest(section: Any) -> str:
    """Return the digest of a section of the results as they are written."""
    return blake2b(json.dumps(section, sort_keys=True).encode(), digest_size=8).hexdigest()
