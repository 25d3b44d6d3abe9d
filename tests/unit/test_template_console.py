"""What the template says of the console: there where people are served, read by CloudFront alone, let to do little."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import decode

from lint.resources import of_type
from local.deployment.wanted import SOMETHING, Template

ROOT = Path(__file__).parents[2]
TEMPLATE: dict[str, Any] = decode(str(ROOT / "template.yaml"))[0]
RESOURCES = TEMPLATE["Resources"]
CONSOLE = [name for name in RESOURCES if re.match(r"Console|PublishConsole", name)]
PEOPLE = {"JwtIssuer": "https://issuer.example/pool", "JwtAudience": "people"}


def template(**parameters: str) -> Template:
    """Return the template with these parameters, the others at their defaults."""
    defaults = {name: str(entry.get("Default", "")) for name, entry in TEMPLATE["Parameters"].items()}
    return Template(document=TEMPLATE, parameters=defaults | parameters, physical_ids={}, pseudo={})


def properties(name: str, **parameters: str) -> Any:
    """Return the properties of a resource as they would be."""
    return template(**parameters).resolve(RESOURCES[name]["Properties"])


@pytest.mark.parametrize("name", CONSOLE)
def test_nothing_of_the_console_is_there_without_people(name: str) -> None:
    """Each of its resources asks for the same condition as the people's API."""
    assert RESOURCES[name]["Condition"] == "ServesPeople"
    wanted = {resource.logical_id for resource in template().resources()}
    assert name not in wanted
    assert name in {resource.logical_id for resource in template(**PEOPLE).resources()}


def test_its_bucket_is_read_by_this_distribution_alone() -> None:
    """One statement allows something: one action, to CloudFront, in the name of this distribution."""
    statements = RESOURCES["ConsoleBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    (allowed,) = [statement for statement in statements if statement["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert allowed["Action"] == "s3:GetObject"
    (source,) = allowed["Condition"]["StringEquals"].values()
    assert source["Fn::Sub"].endswith(":distribution/${ConsoleDistribution}")


def test_files_are_kept_and_answers_are_not() -> None:
    """Files by AWS's CachingOptimized; the API's path by CachingDisabled, with all that a viewer sent but the host."""
    config = properties("ConsoleDistribution", **PEOPLE)["DistributionConfig"]
    files, (api,) = config["DefaultCacheBehavior"], config["CacheBehaviors"]
    assert (files["CachePolicyId"], files["AllowedMethods"]) == (
        "658327ea-f89d-4fab-a63d-7e88639e58f6",
        ["GET", "HEAD"],
    )
    assert (api["PathPattern"], api["CachePolicyId"]) == ("/api/*", "4135ea2d-6df8-44a3-9df3-4b5a84be39ad")
    assert api["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    assert {"GET", "POST"} <= set(api["AllowedMethods"])
    assert RESOURCES["PeopleStage"]["Properties"]["StageName"] == api["PathPattern"].strip("/*")
    assert "CorsConfiguration" not in RESOURCES["PeopleApi"]["Properties"]
    assert "CustomErrorResponses" not in config  # they would stand for the API's own 403 and 404, too


def test_the_page_runs_its_own_files_only() -> None:
    """No policy of the console lets inline code, eval, frames, plugins or another origin's code in."""
    headers = RESOURCES["ConsoleHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    text, values = headers["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"]
    assert not re.search(r"unsafe|\*|https?:|strict-dynamic", text)
    assert "connect-src 'self' ${Issuer} ${SignInOrigins};" in text
    assert template(**PEOPLE).resolve(values["Issuer"]) is SOMETHING  # a join; that it is right: test_console_served.py
    assert headers["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31_536_000


@pytest.mark.parametrize(
    ("parameters", "aliases", "protocol"),
    [
        ({}, None, None),
        ({"ConsoleAddress": "https://fraud.example.com"}, None, None),
        ({"ConsoleCertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/1"}, None, None),
        (
            {
                "ConsoleAddress": "https://fraud.example.com",
                "ConsoleCertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/1",
            },
            ["fraud.example.com"],
            "TLSv1.2_2021",
        ),
    ],
    ids=["none", "address", "certificate", "both"],
)
def test_a_name_of_its_own_takes_address_and_certificate(
    parameters: dict[str, str], aliases: Any, protocol: str | None
) -> None:
    """CloudFront answers to a name only with a certificate for it, and then from TLS 1.2 on."""
    config = properties("ConsoleDistribution", **PEOPLE, **parameters)["DistributionConfig"]
    assert config.get("Aliases") == aliases
    assert config["ViewerCertificate"].get("MinimumProtocolVersion") == protocol
    assert "WebACLId" not in config


@pytest.mark.parametrize("function", ["ScoreTransactionsFunction", "ServeApiFunction"])
def test_alerts_link_where_the_console_is(function: str) -> None:
    """Nowhere without people; else to its own address, or CloudFront's."""

    def link(**parameters: str) -> Any:
        return properties(function, **parameters)["Environment"]["Variables"]["CONSOLE_URL"]

    assert link() == ""
    assert link(**PEOPLE, ConsoleAddress="https://fraud.example.com") == "https://fraud.example.com"
    assert link(**PEOPLE) is SOMETHING  # https and the distribution's name
    url = TEMPLATE["Outputs"]["ConsoleUrl"]
    assert url["Condition"] == "ServesPeople"
    assert url["Value"] == RESOURCES[function]["Properties"]["Environment"]["Variables"]["CONSOLE_URL"]["Fn::If"][1]


def test_the_page_asks_for_tokens_under_its_own_id() -> None:
    """That of the audience, unless the client has another."""

    def client(**parameters: str) -> str:
        return str(properties("ConsoleFiles", **PEOPLE, **parameters)["Config"]["client_id"])

    assert client() == "people"
    assert client(JwtClientId="console") == "console"


@pytest.mark.parametrize(
    ("parameter", "good", "bad"),
    [
        (
            "ConsoleAddress",
            ["", "https://fraud.example.com", "http://127.0.0.1:4000"],
            ["fraud.example.com", "http://fraud.example.com", "https://fraud.example.com/", "http://127.0.0.1"],
        ),
        (
            "SignInOrigins",
            ["", "https://x.auth.eu-west-1.amazoncognito.com", "https://a.example https://b.example:8443"],
            ["https://a.example; script-src *", "http://a.example", "*", "https://*", "https://a.example/path"],
        ),
        (
            "JwtIssuer",
            ["https://issuer.example/pool", "http://127.0.0.1:4000"],
            ["http://issuer.example", "issuer.example"],
        ),
    ],
)
def test_what_ends_in_the_policy_or_in_mails_is_bounded(parameter: str, good: list[str], bad: list[str]) -> None:
    """No parameter opens the page's policy further than it says."""
    pattern = TEMPLATE["Parameters"][parameter]["AllowedPattern"]
    assert [text for text in good if not re.search(pattern, text)] == []
    assert [text for text in bad if re.search(pattern, text)] == []


def test_nothing_waits_for_itself() -> None:
    """Functions name the distribution, which names the API, which names none of them."""
    waits = {name: set(_named(resource)) - {name} for name, resource in RESOURCES.items()}
    left = dict(waits)
    while ready := [name for name, others in left.items() if not others & left.keys()]:
        for name in ready:
            del left[name]
    assert not left, sorted(left)


def test_every_bucket_is_logged_alike() -> None:
    """The console's as its siblings, into the same bucket."""
    for name, bucket in of_type(RESOURCES, "AWS::S3::Bucket"):
        if name != "AccessLogsBucket":
            assert bucket["LoggingConfiguration"]["DestinationBucketName"] == {"Ref": "AccessLogsBucket"}, name


def _named(value: Any) -> Iterator[str]:
    text = json.dumps(value)
    yield from (name for name in re.findall(r'"Ref": "(\w+)"', text) if name in RESOURCES)
    yield from (name for name in re.findall(r'"Fn::GetAtt": \["(\w+)"', text) if name in RESOURCES)
    yield from (name for name in re.findall(r"\$\{(\w+)(?:\.\w+)*\}", text) if name in RESOURCES)
