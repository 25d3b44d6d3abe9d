"""`python -m operate training-jobs`: launch, list, and map regions to images."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.processes import ROOT
from operate.target import Target, TargetError, find_target
from operate.training_jobs.runs import jobs, listing, newest_run
from operate.training_jobs.train_state import TrainStateError, request

DONE, FAILED = 0, 1
SDK_PYTHON = ROOT / ".local" / "venvs" / "sdk" / "bin" / "python"
IMAGES = Path(__file__).with_name("images.json")
_PACKAGE = "operate.training_jobs"


class CommandError(Exception):
    """The command cannot be carried out; the message says what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what is asked; return 0, or 1 with a message that says what is missing."""
    options = _parser().parse_args(arguments)
    try:
        _COMMANDS[options.command](options)
    except (CommandError, TrainStateError, TargetError, BotoCoreError, ClientError) as error:
        print(f"stopped: {error}", file=sys.stderr)
        return FAILED
    return DONE


def launch(options: argparse.Namespace) -> None:
    """Send the state machine's training job by `ModelTrainer`, or with `--dry-run` print it."""
    target = find_target(options.stack)
    wanted = prepared(target, options.run, options.version, _pairs(options.set))
    if options.dry_run:
        print(json.dumps(wanted, indent=2))
        return
    print(f"stack {target.name} ({target.where}), data of run {_run_of(wanted)}", flush=True)
    said = _with_sdk("with_sdk", *(["--wait"] if options.wait else []), said=wanted, environment=target.environment)
    print(f"launched {json.loads(said.splitlines()[-1])['TrainingJobName']}; `training-jobs list` shows what it does")


def prepared(
    target: Target, run: str | None, version: str | None, hyperparameters: Mapping[str, str]
) -> dict[str, Any]:
    """Return the request for a run's data, by default the newest; the definition is the deployed one.

    Raises
    ------
    CommandError
        If no run has prepared data.
    """
    bucket = target.outputs["ModelsBucketName"]
    data = run or newest_run(target.client("s3"), bucket)
    if data is None:
        raise CommandError(f"no run has data in s3://{bucket}/runs/: `make retrain` prepares some")
    machine = target.client("stepfunctions").describe_state_machine(
        stateMachineArn=target.outputs["RetrainStateMachineArn"]
    )
    return request(
        json.loads(machine["definition"]),
        run=data,
        version=version or f"by-hand-{datetime.now(UTC):%m%d%H%M%S}",
        hyperparameters=hyperparameters,
    )


def _list(options: argparse.Namespace) -> None:
    target = find_target(options.stack)
    print(f"stack {target.name} ({target.where})")
    print(listing(target, list(islice(jobs(target), options.limit))))


def _images(options: argparse.Namespace) -> None:
    """Generate the map, or with `--check` compare it."""
    found = _with_sdk("image_map")
    if options.check and json.loads(found) != json.loads(IMAGES.read_text()):
        raise CommandError(f"{IMAGES.name} is not what the SDK says: `training-jobs images` writes it anew")
    if not options.check:
        IMAGES.write_text(found)
        print(f"wrote {IMAGES.relative_to(ROOT)}; XgboostImages in template.yaml must say the same")


def _with_sdk(module: str, *arguments: str, said: Any = None, environment: Mapping[str, str] | None = None) -> str:
    """Run a module in the SDK's environment; return what it prints.

    Raises
    ------
    CommandError
        If the environment is not there, or the module fails.
    """
    if not SDK_PYTHON.exists():
        raise CommandError("the SageMaker SDK is not installed (900 MB): `make sdk` does it")
    done = subprocess.run(
        [str(SDK_PYTHON), "-m", f"{_PACKAGE}.{module}", *arguments],
        input=json.dumps(said),
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
        check=False,
    )
    if done.returncode:
        raise CommandError(f"{module} failed, see above; nothing else was done")
    return done.stdout


def _pairs(given: Sequence[str]) -> dict[str, str]:
    for pair in given:
        if "=" not in pair:
            raise CommandError(f"--set {pair}: give name=value")
    return dict(pair.split("=", 1) for pair in given)


def _run_of(wanted: Mapping[str, Any]) -> str:
    address = wanted["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"]
    return str(address.partition("/runs/")[2].partition("/")[0])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m operate training-jobs",
        description="The state machine's training job by hand: other parameters, the same program, image and data.",
    )
    stack = argparse.ArgumentParser(add_help=False)
    stack.add_argument("--stack", help="a CloudFormation stack; else the embedded AWS if it runs, else fraudstream")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    launched = commands.add_parser("launch", parents=[stack], help="train on a run's prepared data, by ModelTrainer")
    launched.add_argument("--run", help="whose prepared data; else the newest")
    launched.add_argument("--version", help="of the model; else by-hand- and the time")
    launched.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a hyperparameter, such as max_depth=5"
    )
    launched.add_argument("--wait", action="store_true", help="until the job has ended")
    launched.add_argument("--dry-run", action="store_true", help="print the request and send nothing; needs no SDK")
    listed = commands.add_parser("list", parents=[stack], help="the stack's training jobs and their figures")
    listed.add_argument("--limit", type=int, default=20, help="at most so many, the newest (20)")
    mapped = commands.add_parser("images", help="generate the map from regions to accounts of the XGBoost image")
    mapped.add_argument("--check", action="store_true", help="compare instead of writing")
    return parser


_COMMANDS = {"launch": launch, "list": _list, "images": _images}
