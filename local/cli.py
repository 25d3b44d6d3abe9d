"""The command line behind make: the embedded AWS up and down, and what runs in it."""

from __future__ import annotations

import argparse
import importlib
import json
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from local.log_view import show_logs
from local.machines import ExecutionError, run_machine
from local.people.persons import invitation
from local.stack import DEFAULT_STATE, EmbeddedStack, StackError

# Commands with modules of their own; each has a `main(arguments) -> exit code`.
_ELSEWHERE = {
    "deploy": "build the stack and deploy it into the embedded AWS",
    "demo": "train a model and stream transactions through the whole path",
    "scenario": "tell a story on a stack of its own: an endpoint that fails, a model that is refused, drift",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] in _ELSEWHERE:
        return int(importlib.import_module(f"local.{given[0]}").main(given[1:]) or 0)
    options = _parser().parse_args(given)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except (StackError, ExecutionError) as error:
        print(error, file=sys.stderr)
        return 1


def up(options: argparse.Namespace) -> int:
    """Start the embedded AWS, and leave it running or stay with it."""
    stack = EmbeddedStack(state_dir=options.state_dir, port=options.port, detached=not options.foreground)
    running = stack.info
    if running is not None and options.port in (None, running.port) and all(stack.processes().values()):
        until = "" if running.detached else ", until the program that started it ends"
        print(f"the embedded AWS is already running at {running.endpoint_url}{until}")
        _deploy(stack, options)
        return 0
    stack.start()
    try:
        print(f"the embedded AWS is running at {stack.endpoint_url}, region us-east-1, credentials test and test")
        print(f"logs are in {stack.paths.logs}", flush=True)
        _deploy(stack, options)
        if options.foreground:
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            signal.pause()
    except KeyboardInterrupt:
        print("stopping")
        stack.stop()
        return 0 if options.foreground else 130
    return 0


def _deploy(stack: EmbeddedStack, options: argparse.Namespace) -> None:
    if options.deploy:
        outputs = importlib.import_module("local.deploy").deploy(stack, say=print)
        print(f"deployed; outputs are in {stack.paths.outputs}")
        print(f"the analyst's console is at {outputs['ConsoleUrl']}/ - sign in as {invitation()}")


def down(options: argparse.Namespace) -> int:
    """Stop it; not running is fine."""
    stopped = EmbeddedStack(state_dir=options.state_dir).stop()
    if not options.quiet:
        print(f"stopped {', '.join(stopped)}" if stopped else "the embedded AWS is not running")
    return 0


def retrain(options: argparse.Namespace) -> int:
    """Start the retraining state machine that was deployed, and name its states as they begin."""
    stack = EmbeddedStack(state_dir=options.state_dir)
    client = stack.client("stepfunctions")
    if not stack.paths.outputs.exists():
        raise StackError("nothing is deployed into the embedded AWS; `make local` deploys")
    machine = json.loads(stack.paths.outputs.read_text())["RetrainStateMachineArn"]
    execution = run_machine(client, machine, input_json=json.dumps({"reason": "asked for"}), on_state=print)
    print(execution.output)
    return 0


def status(options: argparse.Namespace) -> int:
    """Say what runs; the exit code is 0 only if all of it does."""
    stack = EmbeddedStack(state_dir=options.state_dir)
    processes = stack.processes()
    info = stack.info
    print(f"{info.endpoint_url}, since {info.started_at}" if info else "the embedded AWS is not running")
    if any(processes.values()):
        for name, pid in processes.items():
            print(f"  {name:<10} {f'pid {pid}' if pid else 'not running; see ' + str(stack.log(name))}")
    return 0 if all(processes.values()) else 3


def logs(options: argparse.Namespace) -> int:
    """Show the end of a service's or a function's log."""
    stack = EmbeddedStack(state_dir=options.state_dir)
    return show_logs(stack.paths.logs, options.name, lines=options.lines, follow=options.follow)


def _port(text: str) -> int:
    if not (text.isdecimal() and int(text) < 65_536):
        raise argparse.ArgumentTypeError("a port is a number from 0 (any) to 65535")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument("--state-dir", type=Path, default=DEFAULT_STATE, help="where it keeps everything")
    commands = parser.add_subparsers(required=True)

    def add(command: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(command.__name__, help=text, description=command.__doc__)
        added.set_defaults(command=command)
        return added

    start = add(up, "start the embedded AWS and leave it running")
    start.add_argument("--port", type=_port, help="port on 127.0.0.1; 4566, or any free one if that is taken")
    start.add_argument("--foreground", action="store_true", help="stay, and stop it on Ctrl-C")
    start.add_argument("--deploy", action="store_true", help="build the stack and deploy it, too")
    stop = add(down, "stop the embedded AWS")
    stop.add_argument("--quiet", action="store_true", help="say nothing about it")
    add(status, "say what is running")
    add(retrain, "start the retraining state machine and follow it")
    show = add(logs, "show what a service or a function has written")
    show.add_argument(
        "name", nargs="?", help="aws, sagemaker, streams, alarms, people, or a function's name; all services by default"
    )
    show.add_argument("--lines", type=int, default=50, help="how many of the last lines")
    show.add_argument("--follow", action="store_true", help="go on showing, until Ctrl-C")
    for name, text in _ELSEWHERE.items():
        commands.add_parser(name, help=text, add_help=False)
    return parser
