"""A scanner's finding is mended or explained; an explanation is a sentence, and goes when its finding is gone."""

from pathlib import Path

import pytest
import yaml

from lint.security.findings import ScannerFinding
from lint.security.plain import plain
from lint.security.skips import Skip, apply, skips_of, source_of, unexplained

ROOT = Path(__file__).parents[2]
REASON = "A sentence that says why this is as it should be."
TEMPLATE = {
    "Metadata": {"Skipped": [{"Of": ["AWS::Lambda::Function"], "Rules": ["VPC"], "Because": REASON}]},
    "Resources": {
        "Api": {"Type": "AWS::Serverless::HttpApi"},
        "Handler": {
            "Type": "AWS::Serverless::Function",
            "Metadata": {"Skipped": [{"Rules": ["DLQ", "X1"], "Because": REASON}]},
        },
        "Bucket": {"Type": "AWS::S3::Bucket"},
    },
}
EXPANDED = {
    "Resources": {
        "Api": {"Type": "AWS::ApiGatewayV2::Api"},
        "Handler": {"Type": "AWS::Lambda::Function"},
        "HandlerPostPermission": {"Type": "AWS::Lambda::Permission"},
        "Bucket": {"Type": "AWS::S3::Bucket"},
    }
}


def judged(*found: tuple[str, str]):
    """Apply the skips of the template to findings."""
    findings = [ScannerFinding(rule=rule, where=where) for rule, where in found]
    stay, skipped, unused = apply(skips_of(TEMPLATE), findings, TEMPLATE, EXPANDED)
    return [(f.rule, f.where) for f in stay], [(f.rule, f.where) for f in skipped], [skip.rule for skip in unused]


def test_a_skip_of_a_type_holds_for_its_resources_alone():
    """Functions are excused, a bucket with the same finding is not."""
    assert judged(("VPC", "Handler"), ("VPC", "Bucket"))[:2] == ([("VPC", "Bucket")], [("VPC", "Handler")])


def test_a_skip_of_a_resource_holds_for_what_sam_makes_of_it():
    """A function's permission is the function's; another resource's finding stays."""
    stay, skipped, _ = judged(("DLQ", "Handler"), ("X1", "HandlerPostPermission"), ("DLQ", "Api"))
    assert stay == [("DLQ", "Api")]
    assert skipped == [("DLQ", "Handler"), ("X1", "HandlerPostPermission")]


def test_a_skip_that_skips_nothing_is_found():
    """The finding was mended, the excuse stayed."""
    assert judged(("VPC", "Handler"))[2] == ["DLQ", "X1"]


def test_a_finding_in_a_file_is_never_skipped_by_the_template():
    """Code is excused where it stands."""
    assert judged(("S1", "local/a.py:3"))[0] == [("S1", "local/a.py:3")]


@pytest.mark.parametrize("reason", ["", "no", "accepted by the team for now and for ever", "x" * 60 + "."])
def test_a_reason_is_a_sentence(reason):
    """Long enough to say something, of several words, with a full stop."""
    assert list(unexplained([Skip(rule="R", because=reason, resource="Bucket")]))
    assert not list(unexplained([Skip(rule="R", because=REASON, resource="Bucket")]))


def test_every_skip_of_the_real_template_has_its_reason():
    """And there are some, so that this test reads the right place."""

    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("!", lambda loader, tag, node: tag)
    skips = list(skips_of(yaml.load((ROOT / "template.yaml").read_text(), Loader=Loader)))  # noqa: S506 - a safe one
    assert len(skips) > 20
    assert list(unexplained(skips)) == []


def test_the_longest_name_is_the_source():
    """`ApiKeys` makes `ApiKeysStage`, although `Api` begins it too."""
    resources = {"Api": {"Type": "AWS::Serverless::HttpApi"}, "ApiKeys": {"Type": "AWS::Serverless::HttpApi"}}
    assert source_of("ApiKeysStage", resources) == "ApiKeys"
    assert source_of("Other", resources) is None


def test_plain_templates_say_what_they_mean():
    """A default stands where the parameter was; text with references becomes a join; the rest stays."""
    template = {
        "Parameters": {"Days": {"Default": 30}, "Empty": {"Default": ""}},
        "Resources": {
            "R": {
                "Days": {"Ref": "Days"},
                "Empty": {"Ref": "Empty"},
                "Text": {"Fn::Sub": "${Bucket.Arn}/x/${Days}/*"},
                "Given": {"Fn::Sub": ["${a}-${!b}-${AWS::Region}", {"a": {"Ref": "Days"}}]},
                "Other": {"Ref": "Bucket"},
            }
        },
    }
    assert plain(template)["Resources"]["R"] == {
        "Days": 30,
        "Empty": {"Ref": "Empty"},
        "Text": {"Fn::Join": ["", [{"Fn::GetAtt": ["Bucket", "Arn"]}, "/x/30/*"]]},
        "Given": {"Fn::Join": ["", [30, "-${b}-", {"Ref": "AWS::Region"}]]},
        "Other": {"Ref": "Bucket"},
    }
