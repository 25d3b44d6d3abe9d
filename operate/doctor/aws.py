"""Account and stack: the embedded one if it runs, otherwise that of the credentials, if there are any."""

import argparse
from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from operate.doctor import account, console, stack
from operate.doctor.findings import Finding, Part
from operate.doctor.template import read_template
from operate.target import TargetError, find_target

_PART = Part("account")
_CONFIG = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 2})


def look(options: argparse.Namespace, session: Any) -> Iterator[Finding]:
    """Look at what can be reached."""
    template = read_template()
    target, why = None, ""
    embedded = options.stack is None and not options.account and _embedded_runs()
    if not embedded and session.get_credentials() is None:
        yield _PART.ok("no credentials, so no account is looked at")
        return
    try:
        target = find_target(options.stack)
    except TargetError as error:
        why = str(error).splitlines()[0]
    parameters = {}
    if target is not None:
        try:
            parameters = stack.parameters_of(target)
        except (BotoCoreError, ClientError):
            parameters = {}  # said by what looks at the stack
    if not embedded:
        client = cache(lambda service: session.client(service, config=_CONFIG))
        yield from account.look(client, session.region_name, template, parameters)
    if target is not None:
        yield from stack.look(target, template)
        yield from console.look(target.outputs, parameters)
    elif options.stack is not None:
        yield _PART.fail(why, "name a stack that is there; make deploy makes one")
    else:
        yield _PART.ok("no stack named fraudstream is deployed here; --stack names another")


def _embedded_runs() -> bool:
    from local.stack import DEFAULT_STATE, EmbeddedStack  # noqa: PLC0415

    found = EmbeddedStack(state_dir=DEFAULT_STATE)
    return found.info is not None and found.paths.outputs.exists()
