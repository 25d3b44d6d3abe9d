"""The real template into the embedded AWS, the way anybody would deploy it: `sam build`, then `sam deploy`."""

import argparse
import json
import re
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local.deployment.build import build
from local.deployment.comparison import compare, notes
from local.deployment.samcli import DeployError, run_sam
from local.deployment.submitted import keep, submit, was_kept
from local.deployment.wanted import Template
from local.people.persons import AUDIENCE
from local.processes import ROOT
from local.stack import DEFAULT_STATE, EmbeddedStack, StackError

STACK_NAME = "fraudstream"
_ARTEFACTS = "fraudstream-artifacts"  # as samconfig.toml says under [embedded]
_DONE = re.compile(r"(CREATE|UPDATE)_COMPLETE\s+(AWS::|Custom::)")


def deploy(
    stack: EmbeddedStack,
    *,
    say: Callable[[str], None] = print,
    parameters: Mapping[str, str] | None = None,
    again: bool = False,
) -> dict[str, str]:
    """Build, deploy and check; write the outputs down and return them.

    Doing it again deploys only what has changed. `parameters` of the template come on top of those of samconfig.toml,
    and of those that name the stack's own issuer of tokens and its door to the console. Into an empty stack, `again`
    submits what `sam deploy` made of the same build before, if it was kept, instead of having it made anew.

    Raises
    ------
    DeployError
        If it cannot be built or deployed, or what the system needs of a resource was silently left out.
    """
    info = stack.info
    if info is None:
        raise DeployError("the embedded AWS is not running; `make local` starts it")
    built = build(say)
    stack.client("s3").create_bucket(Bucket=_ARTEFACTS)
    people = stack.processes().get("people") and {
        "JwtIssuer": info.issuer_url,
        "JwtAudience": AUDIENCE,
        "ConsoleAddress": info.console_url,
    }
    wanted = {**_embedded_overrides(), **(people or {}), **(parameters or {})}
    if again and was_kept(built.parent):
        submit(built.parent, stack.client, _ARTEFACTS, stack_name=STACK_NAME, parameters=wanted)
    else:
        _sam_deploy(built, info.environment, say, wanted)
        if again:
            keep(built.parent, stack.client, _ARTEFACTS)
    say("looking at what was deployed")
    deployed = _deployed(stack)
    template = _template(stack, deployed, region=info.region)
    differences = compare(template, stack.client)
    for note in notes(differences):
        say(f"left out by the embedded AWS: {note}")
    faults = [d for d in differences if d.needed]
    if faults:
        lines = "\n".join(f"  {d.logical_id} ({d.type}) {d.property}: {d.detail}" for d in faults)
        raise DeployError(f"the embedded AWS did not do what the system needs:\n{lines}")
    outputs = {output["OutputKey"]: output["OutputValue"] for output in deployed["Outputs"]}
    document = {"endpoint_url": info.endpoint_url, "region": info.region, **outputs}
    stack.paths.outputs.write_text(json.dumps(document, indent=2) + "\n")
    return outputs


def main(arguments: Sequence[str] | None = None) -> int:
    """Deploy into the embedded AWS that is running; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m local deploy", description=main.__doc__)
    parser.add_argument("--state-dir", type=Path, default=DEFAULT_STATE, help="where the embedded AWS keeps everything")
    stack = EmbeddedStack(state_dir=parser.parse_args(arguments).state_dir)
    try:
        deploy(stack)
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"deployed; outputs are in {stack.paths.outputs}")
    return 0


def _sam_deploy(
    built: Path, environment: dict[str, str], say: Callable[[str], None], parameters: Mapping[str, str]
) -> None:
    """Run `sam deploy` and count the resources as they are done."""
    done = 0

    def on_line(line: str) -> None:
        nonlocal done
        if _DONE.match(line):
            done += 1
            if done % 10 == 1:
                say(f"sam deploy: {done} resources done")

    say("sam deploy: uploading")
    settings = ["--config-file", str(ROOT / "samconfig.toml"), "--config-env", "embedded"]
    # Given here, they take the place of the file's.
    settings += ["--parameter-overrides", *(f"{name}={value}" for name, value in parameters.items())]
    run_sam(
        ["deploy", "--template-file", str(built), *settings, "--no-progressbar"],
        environment=environment,
        on_line=on_line,
    )


def _embedded_overrides() -> dict[str, str]:
    configuration = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))
    given = configuration["embedded"]["deploy"]["parameters"]["parameter_overrides"]
    return dict(override.split("=", 1) for override in given)


def _deployed(stack: EmbeddedStack) -> dict[str, Any]:
    try:
        (found,) = stack.client("cloudformation").describe_stacks(StackName=STACK_NAME)["Stacks"]
    except ClientError as error:
        raise DeployError(f"there is no stack {STACK_NAME} after deploying it: {error}") from error
    return dict(found)


def _template(stack: EmbeddedStack, deployed: dict[str, Any], *, region: str) -> Template:
    cloudformation = stack.client("cloudformation")
    body = cloudformation.get_template(StackName=STACK_NAME, TemplateStage="Processed")["TemplateBody"]
    resources = cloudformation.describe_stack_resources(StackName=STACK_NAME)["StackResources"]
    return Template(
        document=json.loads(body) if isinstance(body, str) else body,
        parameters={entry["ParameterKey"]: entry["ParameterValue"] for entry in deployed["Parameters"]},
        physical_ids={entry["LogicalResourceId"]: entry["PhysicalResourceId"] for entry in resources},
        pseudo={
            "AWS::StackName": STACK_NAME,
            "AWS::Region": region,
            "AWS::AccountId": "000000000000",
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
        },
    )


if __name__ == "__main__":
    sys.exit(main())
