"""The embedded AWS, if it runs."""

from collections.abc import Iterator

from local.ports import answers
from local.stack import DEFAULT_STATE, EmbeddedStack
from operate.doctor.findings import Finding, Part

_PART = Part("embedded")


def look() -> Iterator[Finding]:
    """Look at its processes, its endpoint, and whether something is deployed into it."""
    stack = EmbeddedStack(state_dir=DEFAULT_STATE)
    info = stack.info
    if info is None:
        yield _PART.ok("the embedded AWS does not run; `make local` starts it")
        return
    processes = stack.processes()
    ended = [name for name, pid in processes.items() if pid is None]
    if ended:
        yield _PART.fail(f"{', '.join(ended)} ended; the log: {stack.log(ended[0])}", "make stop, then make local")
    else:
        yield _PART.ok(f"{len(processes)} processes run, since {info.started_at}")
    if answers(info.port):
        yield _PART.ok(f"{info.endpoint_url} answers")
    else:
        yield _PART.fail(f"{info.endpoint_url} does not answer", "make stop, then make local")
    if answers(info.door_port):
        yield _PART.ok(f"the door to the console is {info.console_url}")
    else:
        yield _PART.fail(f"the door to the console, {info.console_url}, does not answer", "make stop, then make local")
    if not stack.paths.outputs.exists():
        yield _PART.warn("nothing is deployed into it", "make local deploys")
