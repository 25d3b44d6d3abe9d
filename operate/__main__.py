"""The command line: each command is a package or module of its own with a `main(arguments) -> exit code`."""

import argparse
import importlib
import sys
from collections.abc import Sequence

_COMMANDS = {
    "backtest": "try a changed rules document on the archive: caught, stopped, alerts, money",
    "doctor": "look whether this machine, and a stack, are fit: what is wrong and what to do",
    "drift": "print the last drift report: what moved since the champion learned, and what was done",
    "erase": "erase a card's data on request, and verify that nothing is left",
    "export": "write decisions of a period with their labels to a Parquet, CSV or JSON Lines file",
    "explain": "compute the score of a decision again, and say why it is what it is",
    "models": "list the registered models: versions, approval, figures, and which one scores",
    "pause": "stop what costs while idle: the reading of the stream, schedules, the endpoint",
    "redrive": "send what failed or was quarantined through again",
    "resume": "undo what pause did, exactly",
    "tokens": "replace card numbers in a file by tokens, before anything of it is sent",
    "rules": "validate, publish, compare and take back the rules, lists, thresholds and snoozes",
    "training-jobs": "launch training from a laptop or notebook, list runs, map regions to images",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] in _COMMANDS:
        try:
            return int(importlib.import_module(f"operate.{given[0].replace('-', '_')}").main(given[1:]))
        except KeyboardInterrupt:
            print(f"interrupted; `{given[0]}` can be given again", file=sys.stderr)
            return 130
    parser = argparse.ArgumentParser(prog="python -m operate", description="Operate a deployed stack.")
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, text in _COMMANDS.items():
        commands.add_parser(name, help=text, add_help=False)
    parser.parse_args(given)
    return 2


if __name__ == "__main__":
    raise SystemExit(main())
