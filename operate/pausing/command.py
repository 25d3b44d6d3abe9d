"""`python -m operate pause` and `resume`: what is asked for, what is said, and the exit code."""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError

from operate.pausing import said
from operate.pausing.endpoint import Endpoint
from operate.pausing.memory import Before, Memory
from operate.pausing.parts import PauseError, Reading, Schedules, Waiting
from operate.pausing.safety import dangers, deadline, stream_of
from operate.target import Target, TargetError, find_target

DONE, STOPPED, UNSAFE = 0, 1, 3


def pause_main(arguments: Sequence[str] | None = None) -> int:
    """Pause; 0, 1 if it had to stop on the way, 3 if it is not safe (nothing was changed)."""
    parser = _parser("pause", "Stop what costs while idle: the reading of the stream, schedules, the endpoint.")
    parser.add_argument("--hours", type=float, default=12, help="how long you mean to pause, at most (12)")
    parser.add_argument("--yes", action="store_true", help="pause although it is not safe")
    parser.add_argument("--keep-endpoint", action="store_true", help="leave the endpoint, and what it costs")
    parser.add_argument(
        "--settle-seconds",
        type=float,
        help="how long batches under way are waited for before the endpoint goes (the scoring function's timeout)",
    )
    options = parser.parse_args(arguments)
    return _guarded(options, lambda target: pause(target, options))


def resume_main(arguments: Sequence[str] | None = None) -> int:
    """Resume; 0, or 1 if it had to stop on the way."""
    parser = _parser("resume", "Put everything back as it was before the pause: the endpoint first, the reading last.")
    options = parser.parse_args(arguments)
    return _guarded(options, lambda target: resume(target, options))


def pause(target: Target, options: argparse.Namespace) -> int:
    """Pause a stack. What is found is written down before anything is changed, so that the command can be repeated."""
    waiting = _waiting(options)
    reading, schedules, endpoint = Reading(target, waiting), Schedules(target), Endpoint(target, waiting)
    memory = _memory(target)
    mapping = reading.find()
    stream = stream_of(target, mapping)
    before = memory.read()
    if before is None:
        found = dangers(target, stream, timedelta(hours=options.hours), endpoint.status()[0])
        if found and not options.yes:
            print(said.unsafe(found), file=sys.stderr)
            return UNSAFE
        now = datetime.now(UTC)
        before = Before(
            phase="pausing",
            at=now.isoformat(timespec="seconds"),
            deadline=deadline(now, stream).isoformat(timespec="seconds"),
            mapping=mapping["UUID"],
            reading=mapping["State"] in {"Enabled", "Enabling", "Creating", "Updating"},
            schedules=schedules.enabled(),
            rules=schedules.rules_enabled(),
            endpoint=None if options.keep_endpoint else endpoint.served(),
        )
    memory.write(before.during("pausing"))
    reading.switch(before.mapping, on=False)
    print("the stream is no longer read", flush=True)
    for group, name in before.schedules:
        schedules.switch(group, name, on=False)
    for name in before.rules:
        schedules.switch_rule(name, on=False)
    print(f"{len(before.schedules) + len(before.rules)} schedules are off", flush=True)
    if before.endpoint is not None and endpoint.status()[0] != "missing":
        _settle(target, options)
        endpoint.delete()
        print(f"the endpoint is deleted; its configuration {before.endpoint.config} stays", flush=True)
    memory.write(before.during("paused"))
    print(said.paused(before, stream))
    return DONE


def resume(target: Target, options: argparse.Namespace) -> int:
    """Resume a stack: the model answers again before anything is read, so that rules alone decide nothing."""
    waiting = _waiting(options)
    memory = _memory(target)
    before = memory.read()
    if before is None:
        print("nothing is paused")
        return DONE
    memory.write(before.during("resuming"))
    if before.endpoint is not None:
        print(f"the endpoint is made again from {before.endpoint.config}; this takes minutes on AWS", flush=True)
        config = Endpoint(target, waiting).create(before.endpoint)
        if config != before.endpoint.config:
            print(f"it serves {config}: a deployment came in between, and its word counts", flush=True)
    schedules = Schedules(target)
    for group, name in before.schedules:
        schedules.switch(group, name, on=True)
    for name in before.rules:
        schedules.switch_rule(name, on=True)
    Reading(target, waiting).switch(before.mapping, on=before.reading)
    memory.forget()
    print(said.resumed(before, datetime.now(UTC)))
    return DONE


def _settle(target: Target, options: argparse.Namespace) -> None:
    """Wait for batches under way: without the endpoint rules alone would decide them."""
    seconds = options.settle_seconds
    if seconds is None:
        found = target.client("lambda").get_function_configuration(FunctionName=target.scoring_function)
        seconds = float(found["Timeout"])
    print(f"waiting {seconds:g} seconds for batches under way", flush=True)
    time.sleep(seconds)


def _memory(target: Target) -> Memory:
    return Memory(target.client("ssm"), f"/{target.name}/paused")


def _waiting(options: argparse.Namespace) -> Waiting:
    return Waiting(seconds=options.patience, every=min(2.0, options.patience / 10))


def _guarded(options: argparse.Namespace, work: Callable[[Target], int]) -> int:
    try:
        target = find_target(options.stack)
        print(f"stack {target.name} ({target.where})", flush=True)
        return work(target)
    except (TargetError, PauseError, BotoCoreError, ClientError) as error:
        print(f"stopped: {error}", file=sys.stderr)
        return STOPPED


def _parser(command: str, description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m operate {command}",
        description=f"{description} It can be interrupted and repeated, by anybody.",
    )
    parser.add_argument("--stack", help="a CloudFormation stack; else the embedded AWS if it runs, else fraudstream")
    parser.add_argument("--patience", type=float, default=1200, help="seconds to wait for each step at most (1200)")
    return parser
