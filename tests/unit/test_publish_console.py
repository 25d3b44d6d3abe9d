"""The console's files reach its bucket with the right types, what is gone goes, and CloudFormation always hears."""

import importlib.util
import json
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from layers.maker.console import PUBLISHED, build_console
from tests.unit.function_loading import function_modules

BUCKET, DISTRIBUTION = "console", "E2EXAMPLE"
CONFIG = {"stack": "fraudstream", "region": "eu-west-1", "api": "api", "scopes": {"read": "fraudstream/read"}}
FILES = {
    "index.html": "<!doctype html>",
    "icon.svg": "<svg/>",
    "app/main.js": "import './b.js';",
    "app/pages/queue/page.js": "export {};",
    "style/main.css": "a{}",
    "vendor/preact.js": "export {};",
}


class Context:
    """A Lambda context with time left."""

    def __init__(self, seconds: float = 60.0) -> None:
        self._end = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        """Return what is left."""
        return int((self._end - time.monotonic()) * 1000)


@pytest.fixture(scope="module")
def code() -> Iterator[SimpleNamespace]:
    """The function's modules."""
    names = ("handler", "files", "publication")
    with function_modules("publish_console", *names) as modules:
        yield SimpleNamespace(**dict(zip(names, modules, strict=True)))


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The console's bucket, versioned."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET)
        client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        yield client


@pytest.fixture
def world(code: SimpleNamespace, s3: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SimpleNamespace:
    """The function with files in its layer; what CloudFormation hears, and what CloudFront is asked."""
    heard: list[dict[str, Any]] = []
    asked: list[dict[str, Any]] = []
    answer = code.handler.Answer
    monkeypatch.setattr(
        answer.__init__,
        "__kwdefaults__",
        {"put": lambda _, body: heard.append(json.loads(body)), "sleep": lambda _: None},
    )
    cloudfront = SimpleNamespace(create_invalidation=lambda **request: asked.append(request))
    real = boto3.client
    monkeypatch.setattr(
        boto3, "client", lambda name, **more: cloudfront if name == "cloudfront" else real(name, **more)
    )
    layer = tmp_path / "python" / "console"
    for name, text in FILES.items():
        (layer / name).parent.mkdir(parents=True, exist_ok=True)
        (layer / name).write_text(text)
    found, find = SimpleNamespace(submodule_search_locations=[str(layer)]), importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: found if name == "console" else find(name, *more)
    )

    def run(kind: str, **changes: Any) -> dict[str, Any]:
        event = {
            "RequestType": kind,
            "ResponseURL": "https://cloudformation.example/answer",
            "StackId": "arn:aws:cloudformation:eu-west-1:123456789012:stack/fraudstream/5f1b",
            "RequestId": f"request-{len(heard)}",
            "LogicalResourceId": "ConsoleFiles",
            "ResourceProperties": {"Bucket": BUCKET, "Distribution": DISTRIBUTION, "Config": CONFIG},
            **changes,
        }
        code.handler.handler(event, Context())
        return heard[-1]

    return SimpleNamespace(run=run, heard=heard, asked=asked, layer=layer)


def keys(s3: Any) -> set[str]:
    """Return the names of all objects."""
    return {entry["Key"] for entry in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])}


def test_every_file_is_there_with_its_type(world: SimpleNamespace, s3: Any) -> None:
    """Browsers that are told not to guess get what they need to run and style the page."""
    assert world.run("Create")["Status"] == "SUCCESS", world.heard
    assert keys(s3) == {*FILES, "config.json"}
    types = {key: s3.head_object(Bucket=BUCKET, Key=key)["ContentType"] for key in keys(s3)}
    assert types["index.html"] == "text/html; charset=utf-8"
    assert types["app/main.js"] == "text/javascript; charset=utf-8"
    assert types["style/main.css"] == "text/css; charset=utf-8"
    assert types["icon.svg"] == "image/svg+xml"
    assert types["config.json"] == "application/json"


def test_the_page_learns_of_its_stack(world: SimpleNamespace, s3: Any) -> None:
    """What the template says becomes config.json, as it stands."""
    world.run("Create")
    assert json.loads(s3.get_object(Bucket=BUCKET, Key="config.json")["Body"].read()) == CONFIG


def test_no_browser_keeps_a_file_without_asking(world: SimpleNamespace, s3: Any) -> None:
    """Names carry no digest, so two versions could meet in one page; CloudFront may keep what the page loads."""
    world.run("Create")
    told = {key: s3.head_object(Bucket=BUCKET, Key=key)["CacheControl"] for key in keys(s3)}
    assert told.pop("index.html") == told.pop("config.json") == "no-cache"
    assert set(told.values()) == {"public, max-age=0, s-maxage=86400, must-revalidate"}


def test_the_page_is_put_last(code: SimpleNamespace, world: SimpleNamespace) -> None:
    """Whoever gets the new page gets what it loads, too."""
    names = [file.name for file in code.files.files_of("console")]
    assert names[0] == "vendor/preact.js"
    assert names[-1] == "index.html"


def test_what_is_gone_goes(world: SimpleNamespace, s3: Any) -> None:
    """A file that the new version lacks is taken away; CloudFront forgets all it has kept, each time."""
    world.run("Create")
    (world.layer / "icon.svg").unlink()
    (world.layer / "app" / "new.js").write_text("export {};")
    assert world.run("Update")["Data"] == {"put": str(len(FILES) + 1), "removed": "1"}
    assert keys(s3) == ({*FILES, "config.json", "app/new.js"} - {"icon.svg"})
    assert [request["DistributionId"] for request in world.asked] == [DISTRIBUTION, DISTRIBUTION]
    batches = [request["InvalidationBatch"] for request in world.asked]
    assert [batch["Paths"]["Items"] for batch in batches] == [["/*"], ["/*"]]
    assert batches[0]["CallerReference"] != batches[1]["CallerReference"]


def test_deleting_empties_the_bucket(world: SimpleNamespace, s3: Any) -> None:
    """Every version goes, so that the bucket itself can be deleted."""
    world.run("Create")
    world.run("Update")
    (world.layer / "icon.svg").unlink()
    world.run("Update")
    assert world.run("Delete", PhysicalResourceId="ConsoleFiles")["Status"] == "SUCCESS"
    left = s3.list_object_versions(Bucket=BUCKET)
    assert not left.get("Versions")
    assert not left.get("DeleteMarkers")
    s3.delete_bucket(Bucket=BUCKET)


def test_what_s3_keeps_is_told(code: SimpleNamespace, s3: Any) -> None:
    """Quiet answers name what failed; the deployment fails with it, rather than leave it unseen."""
    client = boto3.client("s3")
    with Stubber(client) as stub:
        versions = [{"Key": "a.js", "VersionId": "1"}]
        stub.add_response("list_object_versions", {"Versions": versions, "IsTruncated": False})
        stub.add_response("delete_objects", {"Errors": [{"Key": "a.js", "Code": "AccessDenied"}]})
        with pytest.raises(code.publication.RemovalError, match=r"a\.js \(AccessDenied\)"):
            code.publication.empty(BUCKET, s3=client)


@pytest.mark.parametrize(
    ("name", "reason"), [("app/data.bin", r"no type is known for .bin"), ("LICENSE", "without ending")]
)
def test_a_file_of_no_known_type_is_refused(world: SimpleNamespace, name: str, reason: str) -> None:
    """A browser would refuse it, or offer it for download: the deployment says so instead."""
    (world.layer / name).write_bytes(b"\0")
    answer = world.run("Create")
    assert answer["Status"] == "FAILED"
    assert reason in answer["Reason"]


def test_a_layer_without_a_page_is_answered(world: SimpleNamespace) -> None:
    """CloudFormation hears what is missing."""
    (world.layer / "index.html").unlink()
    answer = world.run("Create")
    assert answer["Status"] == "FAILED"
    assert "index.html" in answer["Reason"]


def test_the_layer_has_what_browsers_are_sent_and_nothing_else(tmp_path: Path) -> None:
    """No package files, no tooling, nothing hidden; of the real console."""
    root = Path(__file__).parents[2] / "console"
    build_console(root, out=tmp_path)
    made = tmp_path / "python" / "console"
    assert {path.name for path in made.iterdir()} <= set(PUBLISHED)
    assert (made / "index.html").read_bytes() == (root / "index.html").read_bytes()
    assert not [path for path in made.rglob("*") if path.name.startswith(".") or path.name == "package.json"]
