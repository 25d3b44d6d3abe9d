"""One scenario from an empty stack to a chart: `python -m local scenario NAME`."""

import argparse
import json
import signal
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.markup import escape

from local.clients import clients_for
from local.demo import EXPLAINED, stop
from local.deploy import deploy
from local.deployed import Deployed
from local.scenarios.expecting import as_json, show
from local.scenarios.measuring import FunctionFailedError
from local.scenarios.stage import Stage
from local.scenarios.stories import STORIES
from local.scenarios.story import ALARM_MINUTE_SECONDS, Story, Told
from local.screen import Screen
from local.stack import DEFAULT_STATE, EmbeddedStack
from local.stack_info import REGION
from local.waiting import NotInTimeError

_LIST = "list"


def main(arguments: Sequence[str] | None = None) -> int:
    """Tell one scenario: 0 if it happened as it should, 1 if not, 2 if there is none of that name, 130 on Ctrl-C."""
    options = _options(arguments)
    console = Console()
    if options.name == _LIST:
        for story in STORIES.values():
            console.print(f"  {story.name:<14} {story.about}", markup=False, highlight=False, soft_wrap=True)
        return 0
    if options.name not in STORIES:
        names = ", ".join(STORIES)
        console.print(f"there is no scenario {options.name!r}; there are {names}", markup=False, highlight=False)
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    screen = Screen(console=console)
    try:
        told = run(STORIES[options.name], options, screen)
    except KeyboardInterrupt:
        console.print("Interrupted: everything that was started is stopped.")
        return 130
    except (*EXPLAINED, FunctionFailedError, NotInTimeError, BotoCoreError, ClientError) as error:
        console.print(f"[red]{escape(str(error))}[/red]", highlight=False, soft_wrap=True)
        return 1
    return 0 if told.happened else 1


def run(story: Story, options: argparse.Namespace, screen: Screen) -> Told:
    """Tell a story on an embedded AWS of its own, which ends with it whatever happens, and write what came of it."""
    console = screen.console
    console.print(f"[bold]{story.name}[/bold]  {escape(story.about)}\n", highlight=False, soft_wrap=True)
    stack = EmbeddedStack(
        state_dir=options.directory / story.name,
        port=None if options.keep else 0,
        detached=options.keep,
        alarm_minute_seconds=ALARM_MINUTE_SECONDS,
        say=console.print,
    )
    with screen.step("start the embedded AWS") as step:
        stack.start()
        step.result = f"a minute of its alarms lasts {ALARM_MINUTE_SECONDS} seconds"
    kept = False
    try:
        with screen.step("build and deploy template.yaml") as step:
            outputs = deploy(stack, say=step.say, parameters=dict(story.parameters))
        client = clients_for(stack.endpoint_url, REGION)
        stage = Stage(deployed=Deployed(client, outputs, stack), screen=screen, quick=options.quick)
        told = story.tell(stage)
        write(story, told, stage, options.directory)
        console.print()
        show(told.proofs, console)
        shown = _shown(options.directory / story.name)
        console.print(f"\nThe picture is {shown}.svg, its figures are in {shown}.json", highlight=False, soft_wrap=True)
        if options.keep:
            kept = True
            console.print(f"The embedded AWS is left running at {stack.endpoint_url}; this stops it:")
            console.print(f"  python -m local --state-dir {stack.paths.root} down", soft_wrap=True)
        return told
    finally:
        if not kept:
            stop(stack)


def write(story: Story, told: Told, stage: Stage, directory: Path) -> None:
    """Write `<name>.svg` and `<name>.json`."""
    directory.mkdir(parents=True, exist_ok=True)
    document = {
        "scenario": story.name,
        "about": story.about,
        "happened": told.happened,
        "expected": [as_json(proof) for proof in told.proofs],
        "marks": [{"seconds": round(mark.at, 1), "what": mark.text} for mark in stage.marks],
        "figures": told.figures,
        "letters": [letter.partition("\n")[0] for letter in stage.hear()],
    }
    text = json.dumps(document, indent=2, allow_nan=False, default=str)
    (directory / f"{story.name}.json").write_text(text + "\n", encoding="utf-8")
    (directory / f"{story.name}.svg").write_text(told.figure.render() + "\n", encoding="utf-8")


def _shown(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local scenario", description=__doc__)
    parser.add_argument("name", nargs="?", default=_LIST, help="which scenario; list, or nothing, names them all")
    parser.add_argument("--quick", action="store_true", help="in its smallest size, as the tests tell it")
    parser.add_argument("--keep", action="store_true", help="leave the embedded AWS running at the end")
    parser.add_argument(
        "--directory", type=Path, default=DEFAULT_STATE / "scenarios", help="where state, figures and pictures go"
    )
    return parser.parse_args(arguments)
