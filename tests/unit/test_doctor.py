"""What the doctor finds, of machines and stacks that are well and that are not."""

import argparse
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from operate.doctor import account, environments, machine, stack
from operate.doctor.command import FIT, UNFIT, main
from operate.doctor.findings import Finding
from operate.doctor.template import Template, read_template
from operate.target import Target

ROOT = Path(__file__).parents[2]
TEMPLATE = Template(parameters=frozenset({"A"}), outputs=frozenset({"EndpointName"}), regions=frozenset({"eu-west-1"}))


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "secret of arn:aws:iam::123456789012:user/x"}}, "Call")


class Service:
    """A client that answers by operation: a value, or an error; paginators give one page."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers

    def __getattr__(self, name: str) -> Any:
        def call(**_: Any) -> Any:
            answer = self.answers.get(name, refused("AccessDeniedException"))
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call

    def get_paginator(self, name: str) -> Any:
        return argparse.Namespace(paginate=lambda **arguments: [getattr(self, name)(**arguments)])


def levels(findings: Any) -> list[str]:
    return [finding.level for finding in findings]


def target(**services: Service) -> Target:
    return Target(
        name="fraudstream",
        outputs={
            "AlertTopicArn": "arn:aws:sns:eu-west-1:1:fraudstream-alerts",
            "OperationsTopicArn": "arn:aws:sns:eu-west-1:1:fraudstream-operations",
            "EndpointName": "fraudstream",
            "QuarantineBucketName": "quarantine",
        },
        client=lambda name: services.get(name.replace("-", "_"), Service()),
        where="a test",
    )


def well(**changed: Service) -> Target:
    """A stack with nothing to complain about."""
    return target(
        **{
            "cloudformation": Service(
                describe_stacks={
                    "Stacks": [
                        {
                            "StackStatus": "UPDATE_COMPLETE",
                            "Parameters": [{"ParameterKey": "A", "ParameterValue": "1"}],
                            "Outputs": [{"OutputKey": "EndpointName", "OutputValue": "fraudstream"}],
                        }
                    ]
                }
            ),
            "cloudwatch": Service(describe_alarms={"MetricAlarms": []}),
            "sns": Service(list_subscriptions_by_topic={"Subscriptions": [{"SubscriptionArn": "arn:s"}]}),
            "ssm": Parameters(champion={"model_version": "m1", "endpoint_config_name": "c1"}),
            "sagemaker": Service(describe_endpoint={"EndpointStatus": "InService", "EndpointConfigName": "c1"}),
            "lambda": Service(list_event_source_mappings={"EventSourceMappings": [{"State": "Enabled"}]}),
            "s3": Service(list_objects_v2={"KeyCount": 0}),
        }
        | changed
    )


class Parameters:
    """SSM with some of the stack's parameters."""

    def __init__(self, **values: Any) -> None:
        self.values = values

    def get_parameter(self, Name: str) -> dict[str, Any]:  # noqa: N803
        name = Name.rsplit("/", 1)[1]
        if name not in self.values:
            raise refused("ParameterNotFound")
        return {"Parameter": {"Value": json.dumps(self.values[name])}}


def test_a_stack_that_is_well_has_no_complaint():
    """Every line says ok."""
    assert set(levels(stack.look(well(), TEMPLATE))) == {"ok"}


@pytest.mark.parametrize(
    ("changed", "level", "what"),
    [
        ({"sagemaker": Service(describe_endpoint=refused("ValidationException"))}, "fail", "no endpoint"),
        (
            {"sagemaker": Service(describe_endpoint={"EndpointStatus": "InService", "EndpointConfigName": "c2"})},
            "fail",
            "serves c2, the champion is c1",
        ),
        ({"sagemaker": Service(describe_endpoint={"EndpointStatus": "Failed"})}, "warn", "endpoint is Failed"),
        ({"ssm": Parameters()}, "warn", "no model scores yet"),
        ({"ssm": Parameters(paused={"phase": "paused"})}, "warn", "the stack is paused"),
        (
            {"lambda": Service(list_event_source_mappings={"EventSourceMappings": [{"State": "Disabled"}]})},
            "fail",
            "not read: its mapping is Disabled",
        ),
        ({"lambda": Service(list_event_source_mappings={"EventSourceMappings": []})}, "fail", "mapping is missing"),
        ({"s3": Service(list_objects_v2={"KeyCount": 3})}, "warn", "3 batches were given up"),
        (
            {"cloudwatch": Service(describe_alarms={"MetricAlarms": [{"AlarmName": "x", "AlarmDescription": "do y"}]})},
            "fail",
            "alarm x sounds",
        ),
        (
            {
                "sns": Service(
                    list_subscriptions_by_topic={"Subscriptions": [{"SubscriptionArn": "PendingConfirmation"}]}
                )
            },
            "warn",
            "1 subscribers of fraudstream-alerts have not confirmed",
        ),
        ({"sns": Service(list_subscriptions_by_topic={})}, "warn", "nobody is subscribed"),
        ({"cloudwatch": Service()}, "warn", "alarms could not be looked at: AccessDeniedException"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(changed, level, what):
    """One line each, at its level; nothing else goes unlooked at."""
    findings = list(stack.look(well(**changed), TEMPLATE))
    found = next(f for f in findings if what in f.what)
    assert found.level == level
    assert found.do
    assert len(findings) >= 6


def test_a_template_that_is_ahead_of_its_stack_is_noticed():
    """Parameters and outputs that a deployment would bring."""
    ahead = Template(parameters=frozenset({"A", "B"}), outputs=frozenset({"EndpointName", "New"}), regions=frozenset())
    told = [finding.what for finding in stack.look(well(), ahead) if finding.level == "warn"]
    assert [line.rsplit(": ", 1)[1] for line in told] == ["B", "New"]


def accounts(**services: Service) -> Any:
    return lambda name: services.get(name.replace("-", "_"), Service())


CALLER = Service(get_caller_identity={"Arn": "arn:aws:iam::1:user/a", "Account": "1"})
LIMITS = Service(
    get_account_settings={"AccountLimit": {"UnreservedConcurrentExecutions": 990, "ConcurrentExecutions": 1000}}
)


def quotas(**values: float) -> Service:
    names = {
        "processing": "ml.m5.2xlarge for processing job usage",
        "training": "ml.m5.2xlarge for training job usage",
        "serverless": "Maximum total concurrency across all serverless endpoints",
    }
    return Service(list_service_quotas={"Quotas": [{"QuotaName": names[n], "Value": v} for n, v in values.items()]})


def test_quotas_are_held_against_what_the_stack_wants():
    """New accounts have none of some machines, and little concurrency."""
    client = accounts(sts=CALLER, **{"lambda": LIMITS}, service_quotas=quotas(processing=1, training=0, serverless=10))
    found = list(account.look(client, "eu-west-1", TEMPLATE, {}))
    assert levels(found) == ["ok", "ok", "ok", "ok", "fail", "fail"]
    assert "10, 20 wanted" in found[-1].what
    found = list(account.look(client, "eu-west-1", TEMPLATE, {"EndpointMaxConcurrency": "10"}))
    assert levels(found)[-1] == "ok"


def test_what_may_not_be_asked_is_no_failure_and_shows_no_names():
    """Service Quotas is often forbidden; the error's text is not repeated."""
    found = list(account.look(accounts(sts=CALLER), "us-gov-west-1", TEMPLATE, {}))
    assert levels(found) == ["ok", "fail", "warn", "warn"]
    assert "123456789012" not in "".join(f.line for f in found)
    assert levels(account.look(accounts(), "eu-west-1", TEMPLATE, {})) == ["fail"]


def test_the_templates_short_forms_are_read():
    """Names and regions as the template of this directory has them."""
    template = read_template()
    assert {"StreamShards", "ArchiveKeepDays"} <= template.parameters
    assert {"TransactionStreamName", "EndpointName"} <= template.outputs
    assert "eu-west-1" in template.regions


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A directory with one environment, made of a package."""
    (tmp_path / "requirements").mkdir()
    requirements = tmp_path / "requirements/dev.txt"
    requirements.write_text(
        "some-package==1.0 \\\n    --hash=sha256:00\n"
        "windows-only==3 ; sys_platform == 'win32' \\\n    --hash=sha256:00\n"
        "old==1 ; python_full_version < '3.12.2' \\\n    --hash=sha256:00\n"
    )
    package = tmp_path / ".venv/lib/python3.12/site-packages/Some_Package-1.0.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: Some_Package\nVersion: 1.0\n")
    (tmp_path / ".venv/pyvenv.cfg").write_text("version = 3.12.4\n")
    (tmp_path / ".venv/.ready").touch()
    return tmp_path


def of_dev(root: Path) -> Finding:
    return next(iter(environments.look(root)))


def test_an_environment_is_held_against_its_requirements(root):
    """Another version, a package that is missing, and one that was not made to the end."""
    assert of_dev(root).level == "ok"
    requirements = root / "requirements/dev.txt"
    requirements.write_text(requirements.read_text().replace("==1.0", "==2.0"))
    assert "some-package 2.0 wanted, 1.0 found" in of_dev(root).what
    requirements.write_text("other==1\n")
    assert "other 1 wanted, none found" in of_dev(root).what
    (root / ".venv/.ready").unlink()
    assert (of_dev(root).level, of_dev(root).do) == ("fail", "make setup")


def test_an_environment_older_than_its_requirements_is_noticed(root):
    """It fits, and the next make would install it anew."""
    os.utime(root / ".venv/.ready", (1, datetime(2020, 1, 1, tzinfo=UTC).timestamp()))
    assert of_dev(root).level == "warn"


def test_a_program_that_does_not_start_is_not_there(tmp_path, monkeypatch):
    """An environment that was moved has sam, whose first line names a Python that is gone."""
    monkeypatch.setattr(machine, "ROOT", tmp_path)
    program = tmp_path / ".local/venvs/sam/bin/sam"
    program.parent.mkdir(parents=True)
    assert any(f.what == "sam is not there" for f in machine.look())
    program.write_text("#!/nowhere/python\n")
    program.chmod(0o755)
    assert any(f.what == "sam does not start" and f.level == "fail" for f in machine.look())


def test_little_disk_is_a_failure_and_a_taken_port_is_said(monkeypatch):
    """With what to do about each."""
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: argparse.Namespace(free=1e9))
    monkeypatch.setattr(machine, "answers", lambda _: True)
    monkeypatch.setattr(machine, "ROOT", Path("/nowhere"))
    found = {f.what.split(" ")[0]: f for f in machine._disk()} | {"port": next(iter(machine._port()))}
    assert found["1.0"].level == "fail"
    assert found["port"].level == "warn"


def test_the_exit_code_and_the_document_say_whether_anything_fails(monkeypatch, capsys):
    """Programs read the same findings as people."""
    part = machine._PART
    for finding, code in ((part.ok("a"), FIT), (part.warn("a", "b"), FIT), (part.fail("a", "b"), UNFIT)):
        monkeypatch.setattr("operate.doctor.command.look", lambda _, found=finding: iter([found]))
        assert main([]) == code
        assert main(["--json"]) == code
    said = capsys.readouterr().out
    document = json.loads(said[said.rindex('{\n "counts"') :])
    assert document["counts"] == {"ok": 0, "warn": 0, "fail": 1}
    assert document["findings"] == [{"level": "fail", "part": "machine", "what": "a", "do": "b"}]


def test_without_credentials_no_account_is_looked_at_and_no_secret_is_said(tmp_path):
    """A real process, with an empty home; then with credentials that lead nowhere, which it does not print."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    clean |= {"HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "layers/fraud/python")))}

    def doctor(**environment: str) -> dict[str, Any]:
        command = [sys.executable, "-m", "operate", "doctor", "--json"]
        ran = subprocess.run(
            command, env=clean | environment, capture_output=True, text=True, timeout=120, check=False, cwd=ROOT
        )
        assert "SECRET" not in ran.stdout + ran.stderr
        return json.loads(ran.stdout)

    if not (ROOT / ".local/run/stack.json").exists():
        assert "no credentials, so no account is looked at" in [f["what"] for f in doctor()["findings"]]
        away = doctor(
            AWS_ACCESS_KEY_ID="KEY",
            AWS_SECRET_ACCESS_KEY="SECRET",  # pragma: allowlist secret - none
            AWS_DEFAULT_REGION="eu-west-1",
            AWS_ENDPOINT_URL="http://127.0.0.1:9",
        )
        assert any("credentials are not accepted" in f["what"] for f in away["findings"])
