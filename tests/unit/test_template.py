"""What the template promises: names that users rely on, and agreement with the code it deploys."""

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import decode
from fraudstream.chargebacks.outcome import counts as chargeback_counts
from fraudstream.chargebacks.reading import Tally
from fraudstream.outcome import Outcome
from fraudstream.settings import Settings
from hyperparameters import OF_THRESHOLDS

from layers.maker.pruning import SERVICES
from lint.resources import of_type, target
from local.deployment.comparison import KNOWN
from tests.unit.watching_world import WATCHING

ROOT = Path(__file__).parents[2]
TEMPLATE: dict[str, Any] = decode(str(ROOT / "template.yaml"))[0]
RESOURCES = TEMPLATE["Resources"]
FUNCTIONS = dict(of_type(RESOURCES, "AWS::Serverless::Function"))
CONTRACT = {
    "TransactionStreamName",
    "DecisionsTableName",
    "HistoriesTableName",
    "CasesTableName",
    "ArchiveBucketName",
    "QuarantineBucketName",
    "AlertTopicArn",
    "RetrainStateMachineArn",
    "EndpointName",
    "ApiUrl",
    "DashboardUrl",
    "ModelsBucketName",
    "OperationsTopicArn",
    "BackfillStateMachineArn",
    "DeployStateMachineArn",
    "ScoreBatchStateMachineArn",
    "SageMakerRoleArn",
}
MACHINES = {
    properties["DefinitionUri"].removeprefix("statemachines/").removesuffix(".asl.json"): properties
    for _, properties in of_type(RESOURCES, "AWS::Serverless::StateMachine")
}


def python_files(*directories: str) -> list[Path]:
    """Return the programs below some directories."""
    return [path for directory in directories for path in (ROOT / directory).rglob("*.py")]


def allowed(role: str) -> list[tuple[str, Any]]:
    """Return every action a role allows, with its resources."""
    return [
        (action, entry["Resource"])
        for policy in RESOURCES[role]["Properties"]["Policies"]
        for entry in policy["PolicyDocument"]["Statement"]
        for action in ([entry["Action"]] if isinstance(entry["Action"], str) else entry["Action"])
    ]


def test_the_outputs_are_those_of_the_contract() -> None:
    """Users and tests find the system by these names."""
    assert set(TEMPLATE["Outputs"]) >= CONTRACT


def test_everything_public_is_described() -> None:
    """Parameters and outputs explain themselves, and texts are bounded by a pattern or a list."""
    for name, entry in {**TEMPLATE["Parameters"], **TEMPLATE["Outputs"]}.items():
        assert len(entry["Description"]) > 15, name
    for name, entry in TEMPLATE["Parameters"].items():
        bounded = {"AllowedPattern", "AllowedValues"} if entry["Type"] == "String" else {"MinValue", "AllowedValues"}
        assert bounded & entry.keys(), name


def test_every_parameter_belongs_to_a_group() -> None:
    """The console shows each under a heading."""
    groups = TEMPLATE["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert sorted(p for group in groups for p in group["Parameters"]) == sorted(TEMPLATE["Parameters"])


def test_samconfig_sets_parameters_that_exist() -> None:
    """An environment's override names a parameter and a value that the template takes."""
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    assert {"default", "staging", "prod"} <= config.keys()
    for name, environment in config.items():
        if name == "version":
            continue
        stack = environment["global"]["parameters"]["stack_name"]
        assert re.fullmatch(r"[a-z](-?[a-z0-9]){0,28}", stack)
        for override in environment.get("deploy", {}).get("parameters", {}).get("parameter_overrides", []):
            parameter, _, value = override.partition("=")
            declared = TEMPLATE["Parameters"][parameter]
            assert value in map(str, declared.get("AllowedValues", [value])), override
            assert re.search(declared.get("AllowedPattern", ""), value), override


def test_production_keeps_records_longer_than_it_retries_them() -> None:
    """A record that the stream forgets before it is given up would be lost without a trace."""
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    defaults = {name: entry.get("Default") for name, entry in TEMPLATE["Parameters"].items()}
    for environment in ("default", "staging", "prod", "embedded"):
        overrides = config[environment]["deploy"]["parameters"].get("parameter_overrides", [])
        values = defaults | dict(override.split("=", 1) for override in overrides)
        assert int(values["MaximumRecordAgeSeconds"]) < int(values["StreamRetentionHours"]) * 3600, environment


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_code_and_nothing_else(name: str) -> None:
    """Its directory has the handler and no packages: those are in layers, so no Python need match to build it."""
    properties = FUNCTIONS[name]
    assert (ROOT / properties["CodeUri"] / "handler.py").is_file()
    assert not (ROOT / properties["CodeUri"] / "requirements.txt").exists()
    assert RESOURCES[name]["Metadata"]["SkipBuild"] is True


@pytest.mark.parametrize("name", ["ScoreTransactionsFunction", "ServeApiFunction"])
def test_a_function_that_decides_gets_the_settings_it_reads(name: str) -> None:
    """Each variable it is given is one it reads, and all it needs are given."""
    given = FUNCTIONS[name]["Environment"]["Variables"]
    own = {name: "7" for name in given if not name.startswith(("POWERTOOLS_", "AWS_"))}
    Settings.read(own)
    source = (ROOT / "layers/fraud/python/fraudstream/settings.py").read_text()
    assert own.keys() <= set(re.findall(r'"([A-Z][A-Z_]+)"', source))


def test_alarms_look_at_metrics_that_are_emitted() -> None:
    """A metric of ours that nothing emits would leave its alarm silent for ever; the dashboard's: test_dashboard.py."""
    source = (ROOT / "layers/fraud/python/fraudstream/adapters/policy_store.py").read_text()
    of_rules = set(re.findall(r'_trouble\("(\w+)"', source))
    emitted = Outcome().counts.keys() | chargeback_counts(Tally()).keys() | WATCHING | of_rules
    in_alarms = set(re.findall(r'"Namespace": "Fraudstream", "MetricName": "(\w+)"', json.dumps(RESOURCES)))
    assert in_alarms
    assert in_alarms <= emitted


def test_what_is_promised_to_be_watched_is() -> None:
    """Iterator age, errors, throttles, given-up records, the endpoint, the tables and the machines have alarms."""
    text = json.dumps(dict(of_type(RESOURCES, "AWS::CloudWatch::Alarm")))
    for metric in (
        "IteratorAge",
        "Errors",
        "Throttles",
        "OnFailureDestinationDeliveredEventCount",
        "DroppedEventCount",
        "Invocation5XXErrors",
        "ModelLatency",
        "ReadThrottleEvents",
        "WriteThrottleEvents",
        "ExecutionsFailed",
        "ExecutionsTimedOut",
        "InvocationDroppedCount",
    ):
        assert f'"{metric}"' in text, metric


def test_scoring_may_do_what_it_does_and_no_more() -> None:
    """It reads and writes under conditions; it cannot scan, delete, or change a table."""
    actions = {action for action, _ in allowed("ScoreTransactionsRole")}
    assert {a for a in actions if a.startswith("dynamodb:")} == {
        "dynamodb:BatchGetItem",
        "dynamodb:PartiQLInsert",
        "dynamodb:PartiQLUpdate",
    }
    assert {a for a in actions if a.startswith("s3:")} == {"s3:PutObject", "s3:ListBucket", "s3:GetObject"}
    assert {a for a in actions if a.startswith("sagemaker:")} == {"sagemaker:InvokeEndpoint"}


@pytest.mark.parametrize("role", ["ScoreTransactionsRole", "ServeApiRole"])
def test_who_decides_reads_of_all_objects_the_rules_alone(role: str) -> None:
    """The live policy and the one before; and writes none."""
    (read,) = [where for action, where in allowed(role) if action == "s3:GetObject"]
    assert read == [{"Fn::Sub": f"${{ModelsBucket.Arn}}/rules/{name}.json"} for name in ("live", "previous")]
    written = [where for action, where in allowed(role) if action == "s3:PutObject"]
    assert written
    assert "ModelsBucket" not in str(written)


def test_the_api_may_do_what_scoring_may_and_send_labels_but_read_no_stream() -> None:
    """It writes its own objects only, of the stream it can but append, and it asks the queue's indexes alone."""
    actions = dict(allowed("ServeApiRole"))
    scoring = {action for action, _ in allowed("ScoreTransactionsRole")}
    assert {a for a in actions if a.startswith("kinesis:")} == {"kinesis:PutRecord"}
    assert {a for a in actions if a.startswith("s3:")} == {a for a in scoring if a.startswith("s3:")}
    assert all("/api/*" in str(where) for action, where in allowed("ServeApiRole") if action == "s3:PutObject")
    assert {a for a in actions if a.startswith("dynamodb:")} == {"dynamodb:Query"} | {
        action for action in scoring if action.startswith("dynamodb:")
    }
    assert "CasesTable" in str(actions["dynamodb:Query"])
    assert "/index/*" in str(actions["dynamodb:Query"])


def test_every_route_is_closed_throttled_and_logged() -> None:
    """IAM is the default of all routes, no route opts out, and no log line has a path, where anything could be."""
    ((name, properties),) = of_type(RESOURCES, "AWS::Serverless::HttpApi")
    assert properties["Auth"] == {"EnableIamAuthorizer": True, "DefaultAuthorizer": "AWS_IAM"}
    assert properties["DefaultRouteSettings"].keys() >= {"ThrottlingRateLimit", "ThrottlingBurstLimit"}
    line = json.loads(properties["AccessLogSettings"]["Format"])
    assert {"$context.path", "$context.protocol"}.isdisjoint(line.values())
    events = FUNCTIONS["ServeApiFunction"]["Events"].values()
    assert all("Auth" not in e["Properties"] and target(e["Properties"]["ApiId"]) == name for e in events)
    routes = {f"{e['Properties']['Method']} {e['Properties']['Path']}" for e in events}
    assert properties["RouteSettings"].keys() <= routes
    assert all(settings["DetailedMetricsEnabled"] for settings in properties["RouteSettings"].values())
    ((_, stage),) = of_type(RESOURCES, "AWS::ApiGatewayV2::Stage")
    assert stage["DefaultRouteSettings"].keys() >= {"ThrottlingRateLimit", "ThrottlingBurstLimit"}
    assert {"$context.path", "$context.protocol"}.isdisjoint(json.loads(stage["AccessLogSettings"]["Format"]).values())


def states_of(machine: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every state of a definition, those inside Map states too."""
    for name, state in machine["States"].items():
        yield name, state
        if "ItemProcessor" in state:
            yield from states_of(state["ItemProcessor"])


def definition(machine: str) -> dict[str, Any]:
    """Return a machine's definition."""
    found: dict[str, Any] = json.loads((ROOT / f"statemachines/{machine}.asl.json").read_text())
    return found


def test_every_definition_has_its_machine() -> None:
    """A file that no machine of the template runs would be tested for nothing."""
    assert MACHINES.keys() == {path.name.removesuffix(".asl.json") for path in (ROOT / "statemachines").iterdir()}


def test_the_machines_pass_one_role_to_one_service() -> None:
    """A machine that could pass any role would have every permission of the account."""
    for role in (str(target(machine["Role"])) for machine in MACHINES.values()):
        for policy in RESOURCES[role]["Properties"]["Policies"]:
            for entry in policy["PolicyDocument"]["Statement"]:
                if entry["Action"] == "iam:PassRole":
                    assert target(entry["Resource"]) == "SageMakerRole"
                    assert entry["Condition"]["StringEquals"]["iam:PassedToService"] == "sagemaker.amazonaws.com"
                    break
            else:
                pytest.fail(f"{role} cannot pass the jobs' role")


@pytest.mark.parametrize("machine", MACHINES)
def test_a_machine_is_allowed_every_call_it_makes(machine: str) -> None:
    """Each SageMaker, S3, SSM, SNS, Lambda, Glue and Step Functions call in the definition is in its role."""
    role = str(target(MACHINES[machine]["Role"]))
    actions = {action.lower() for action, _ in allowed(role)}
    # Policies that exist under a condition, such as those for instances or Glue.
    for name, policy in of_type(RESOURCES, "AWS::IAM::Policy"):
        if role in map(target, policy["Roles"]):
            assert RESOURCES[name]["Condition"]
            actions |= {action.lower() for action, _ in statements(policy["PolicyDocument"])}
    names = {
        "sfn": "states",
        "applicationautoscaling": "application-autoscaling",
        "lambda:invoke": "lambda:invokefunction",
        "s3:listobjectsv2": "s3:listbucket",
    }
    for name, state in states_of(definition(machine)):
        resource = state.get("Resource", "").removeprefix("arn:aws:states:::").removeprefix("aws-sdk:")
        call = resource.removesuffix(":2").removesuffix(".sync")
        service, _, action = call.partition(":")
        if not call:
            continue
        wanted = names.get(call.lower(), f"{names.get(service, service)}:{action}".lower())
        assert wanted in actions, f"{name} needs {wanted}"
        if call != resource:
            assert waited_for(service, action) <= actions, name


def statements(document: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield every action of a policy document, with its resources."""
    for entry in document["Statement"]:
        for action in [entry["Action"]] if isinstance(entry["Action"], str) else entry["Action"]:
            yield action, entry["Resource"]


def waited_for(service: str, action: str) -> set[str]:
    """Return what Step Functions does for a `.sync` beside starting: look, stop, and hear of the end."""
    if service == "glue":
        return {"glue:getjobrun", "glue:getjobruns", "glue:batchstopjobrun"}
    heard = {"events:putrule", "events:puttargets", "events:describerule"}
    if service == "states":
        return heard | {"states:describeexecution", "states:stopexecution"}
    kind = action.removeprefix("create").lower()
    return heard | {f"sagemaker:describe{kind}", f"sagemaker:stop{kind}", "sagemaker:addtags"}


def test_a_machine_hears_of_every_kind_of_job_it_waits_for() -> None:
    """Step Functions manages one rule for each kind, and each role names exactly those it needs."""
    rules = {
        "createProcessingJob": "SageMakerProcessingJobs",
        "createTrainingJob": "SageMakerTrainingJobs",
        "createTransformJob": "SageMakerTransformJobs",
        "createHyperParameterTuningJob": "SageMakerTuningJobs",
        "startExecution": "StepFunctionsExecution",
    }
    for machine, properties in MACHINES.items():
        waits = {
            rules[found[1]]
            for _, state in states_of(definition(machine))
            if (found := re.search(r"(?:sagemaker|states):(\w+)\.sync", state.get("Resource", "")))
        }
        places = str(
            [where for action, where in allowed(str(target(properties["Role"]))) if action == "events:PutRule"]
        )
        assert set(re.findall(r"StepFunctionsGetEventsFor(\w+)Rule", places)) == waits, machine


def test_a_deployment_that_is_waited_for_ends_before_the_one_who_waits() -> None:
    """Both have limits, and the run outlasts every job, the longest time in shadow, and the deployment."""
    retrain, deploy = definition("retrain"), definition("deploy")
    waits = [state for state in retrain["States"].values() if "startExecution" in state.get("Resource", "")]
    assert len(waits) == 2
    assert all(state["TimeoutSeconds"] > deploy["TimeoutSeconds"] for state in waits)
    jobs = sum(s["TimeoutSeconds"] for s in retrain["States"].values() if ".sync" in s.get("Resource", ""))
    longest_shadow = TEMPLATE["Parameters"]["ShadowHours"]["MaxValue"] * 3600
    assert retrain["TimeoutSeconds"] > jobs + longest_shadow
    longest_poll = TEMPLATE["Parameters"]["EndpointPollSeconds"]["MaxValue"]
    assert deploy["TimeoutSeconds"] > 2 * 120 * longest_poll + 2 * 320


def test_what_is_approved_in_the_registry_is_deployed() -> None:
    """The rule hears of our group's approvals only, gives the machine the package, and its role can do nothing else."""
    name, rule = "ApprovalRule", dict(of_type(RESOURCES, "AWS::Events::Rule"))["ApprovalRule"]
    assert rule["EventPattern"] == {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Model Package State Change"],
        "detail": {"ModelPackageGroupName": [{"Ref": "AWS::StackName"}], "ModelApprovalStatus": ["Approved"]},
    }
    (goal,) = rule["Targets"]
    assert target(goal["Arn"]) == "DeployStateMachine"
    package = goal["InputTransformer"]["InputPathsMap"]["package"]
    given = goal["InputTransformer"]["InputTemplate"].replace("<package>", json.dumps("arn:p"))
    assert (package, json.loads(given)["model_package_arn"]) == ("$.detail.ModelPackageArn", "arn:p")
    role = str(target(goal["RoleArn"]))
    assert [(a, target(where)) for a, where in allowed(role)] == [("states:StartExecution", "DeployStateMachine")]
    heard = [p for _, p in of_type(RESOURCES, "AWS::CloudWatch::Alarm") if p.get("MetricName") == "FailedInvocations"]
    assert [target(alarm["Dimensions"][0]["Value"]) for alarm in heard] == [name]


def test_nothing_of_glue_exists_unless_it_is_chosen() -> None:
    """Role, job and permissions have the condition; without it the machine has no job's name, the key no log of its."""
    glue = [name for name, entry in RESOURCES.items() if "glue" in json.dumps(entry).lower() and name != "ModelsBucket"]
    assert glue
    for name in set(glue) - {"RetrainStateMachine", "DataKey"}:
        assert RESOURCES[name]["Condition"] == "UsesGlue", name
    logs = next(s for s in RESOURCES["DataKey"]["Properties"]["KeyPolicy"]["Statement"] if "logs." in json.dumps(s))
    arns = logs["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]
    (of_glue,) = [arn for arn in arns if "glue" in json.dumps(arn)]
    assert of_glue["Fn::If"][0] == "UsesGlue"
    assert TEMPLATE["Conditions"]["UsesGlue"] == {"Fn::Equals": [{"Ref": "PrepareWith"}, "glue"]}
    assert MACHINES["retrain"]["DefinitionSubstitutions"]["GlueJob"]["Fn::If"][0] == "UsesGlue"


def test_the_glue_job_runs_what_is_published() -> None:
    """Its script is a file of training/, its time is the machine's, and its code is the bundle's archive."""
    job = RESOURCES["PrepareJob"]["Properties"]
    assert job["GlueVersion"] == "5.0"
    script = job["Command"]["ScriptLocation"]["Fn::Sub"].removeprefix("${TrainingCode.FilesUri}")
    assert (ROOT / "training" / script).is_file()
    assert job["DefaultArguments"]["--extra-py-files"] == {"Fn::GetAtt": ["TrainingCode", "ZipUri"]}
    published = (ROOT / "functions" / "publish_training" / "publication.py").read_text()
    for attribute in ("FilesUri", "SourcedirUri", "ZipUri"):
        assert f'"{attribute}"' in published, attribute
    assert definition("retrain")["States"]["PrepareOnGlue"]["Arguments"]["Timeout"] == job["Timeout"]


def test_money_and_thresholds_are_those_of_the_programs() -> None:
    """The template's defaults are what train.py has by itself."""
    defaults = {entry.name: entry.default for entry in OF_THRESHOLDS}
    for parameter, option in (
        ("ThresholdPolicy", "threshold_policy"),
        ("ReviewRate", "review_rate"),
        ("AlertCostMinor", "alert_minor"),
        ("BlockGenuineCostMinor", "block_genuine_minor"),
    ):
        assert TEMPLATE["Parameters"][parameter]["Default"] == defaults[option], option


def test_every_region_names_a_registry() -> None:
    """Accounts of the image are twelve digits, each region's its own."""
    accounts = {region: entry["Account"] for region, entry in TEMPLATE["Mappings"]["XgboostImages"].items()}
    assert accounts["us-east-1"] == "683313688378"
    assert len(accounts) == len(set(accounts.values())) > 25
    assert all(re.fullmatch(r"\d{12}", account) for account in accounts.values())


def test_stores_outlive_the_stack() -> None:
    """Deleting the stack never deletes decisions, histories, archives, models, or the key that reads them.

    The console's bucket holds a copy of console/ and nothing else; its function empties it.
    """
    kinds = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key")
    for name, _ in of_type(RESOURCES, *kinds):
        if name == "ConsoleBucket":
            continue
        assert RESOURCES[name]["DeletionPolicy"] == "RetainExceptOnCreate", name
        assert RESOURCES[name]["UpdateReplacePolicy"] == "Retain", name


def test_the_layer_keeps_every_service_the_code_talks_to() -> None:
    """A client whose model was pruned would fail on its first use."""
    used: set[str] = set()
    for path in python_files("functions", "layers/fraud/python/fraudstream/adapters"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                function = node.func
                name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
                if name in ("client", "resource"):
                    used.add(node.args[0].value)
    assert {"dynamodb", "s3", "sns", "sagemaker-runtime"} <= used <= SERVICES


def test_the_deployment_can_look_at_every_type() -> None:
    """A new kind of resource needs a reader, or the embedded AWS could leave it out unseen."""
    expanded = {
        "AWS::Serverless::Function": "AWS::Lambda::Function",
        "AWS::Serverless::HttpApi": "AWS::ApiGatewayV2::Api",
        "AWS::Serverless::LayerVersion": "AWS::Lambda::LayerVersion",
        "AWS::Serverless::StateMachine": "AWS::StepFunctions::StateMachine",
    }
    made_by_sam = {"AWS::ApiGatewayV2::Stage", "AWS::Lambda::EventInvokeConfig", "AWS::Lambda::Permission"}
    ours = {expanded.get(entry["Type"], entry["Type"]) for entry in RESOURCES.values()}
    assert ours | made_by_sam == KNOWN.keys()
