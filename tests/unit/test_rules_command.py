"""Publishing: what is live, who made it so and why; nobody's work is lost, and every version can be gone back to."""

import json
from functools import cache

import boto3
import pytest
from fraudstream.adapters.rules_bucket import RulesBucket
from fraudstream.policy.changes import changes
from fraudstream.policy.published import LIVE_KEY, PREVIOUS_KEY, read_published

from operate.rules import command
from operate.rules.reading import read_rules_text
from operate.target import Target
from stubs.in_process import connect
from stubs.memory import MemoryAws

ONE = """version: {version}
rules:
  - name: large
    because: it is large
    when: {when}
    outcome: block
lists:
  - name: stolen
    of: card_id
    effect: block
    because: reported
    entries: [{cards}]
"""


def written(version: str = "1", when: str = "amount > 100", cards: str = "") -> str:
    """A rules file."""
    return "# ours\n" + ONE.format(version=version, when=when, cards=cards)


class Caller:
    """STS, as far as it is asked."""

    def get_caller_identity(self) -> dict[str, str]:
        return {"Arn": "arn:aws:iam::000000000000:user/ada"}


class Desk:
    """Somebody at a command line, with a bucket in memory."""

    def __init__(self, tmp_path, monkeypatch, capsys) -> None:
        self.aws = MemoryAws()
        self.aws.create_bucket("models")
        self.before_live = []
        self._file, self._capsys = tmp_path / "rules.yaml", capsys
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        s3 = connect(boto3.client("s3", region_name="us-east-1", **keys), self.aws, self._around)
        client = cache(lambda service: {"s3": s3, "sts": Caller()}[service])
        target = Target(name="t", outputs={"ModelsBucketName": "models"}, client=client, where="here")
        monkeypatch.setattr(command, "find_target", lambda stack: target)
        self.bucket = RulesBucket(s3, "models")

    def run(self, *arguments: str) -> tuple[int, str]:
        """Give a command; its exit code and what it says."""
        code = command.main(list(arguments))
        said = self._capsys.readouterr()
        return code, said.out + said.err

    def publish(self, text: str, why: str = "because", *more: str) -> tuple[int, str]:
        self._file.write_text(text)
        return self.run("publish", str(self._file), "--why", why, *more)

    @property
    def live(self):
        return read_published(self.aws.objects["models"][LIVE_KEY])

    def _around(self, request, proceed):
        if request.operation == "PutObject" and request.path.endswith(LIVE_KEY) and self.before_live:
            self.before_live.pop()()
        return proceed()


@pytest.fixture
def desk(tmp_path, monkeypatch, capsys) -> Desk:
    return Desk(tmp_path, monkeypatch, capsys)


def test_a_published_file_is_live_with_who_when_and_why(desk):
    """Its version is kept for good, document and text; what was live becomes the previous one."""
    assert desk.publish(written(), "first rules")[0] == 0
    code, said = desk.publish(written("2", cards="card_a"), "card_a was reported", "--author", "Grace")
    assert code == 0
    assert "version 2 is live, by Grace" in said
    assert "+ list stolen: 1 entry (card_a)" in said
    origin = desk.live.origin
    assert (desk.live.version, origin.author, origin.why) == ("2", "Grace", "card_a was reported")
    keys = set(desk.aws.objects["models"])
    assert {f"rules/history/{v}.{kind}" for v in "12" for kind in ("json", "yaml")} | {LIVE_KEY, PREVIOUS_KEY} < keys
    previous = read_published(desk.aws.objects["models"][PREVIOUS_KEY])
    assert (previous.version, previous.origin.author) == ("1", "arn:aws:iam::000000000000:user/ada")
    assert desk.aws.objects["models"]["rules/history/2.yaml"].decode() == written("2", cards="card_a")


def test_a_file_that_is_not_valid_changes_nothing(desk):
    """Its mistake is shown in the file."""
    code, said = desk.publish(written(when="amuont > 100"))
    assert code == 1
    assert "rules.yaml:6:11: rule 'large': no field, feature or list is called 'amuont'" in said
    assert desk.aws.objects["models"] == {}


def test_a_version_stands_for_one_document(desk):
    """The same file again is live already; another one under its name is refused, live or not."""
    desk.publish(written())
    assert "is live already" in desk.publish(written())[1]
    for _ in range(2):
        code, said = desk.publish(written(when="amount > 200"))
        assert code == 1
        assert "version '1' was published by arn:aws:iam::000000000000:user/ada" in said
        assert "give yours another `version`" in said
    assert desk.live.policy.rules[0].when == "amount > 100"
    assert "is no name for a version" in desk.publish(written("live"))[1]


def test_of_two_who_publish_at_once_the_second_is_told_and_nothing_is_lost(desk):
    """Between the second's look and its write the first has published."""
    desk.publish(written())
    desk.before_live.append(
        lambda: desk.publish(written("2-grace", cards="card_a"), "card_a was reported", "--author", "Grace")
    )
    code, said = desk.publish(written("2-ada", when="amount > 200"), "fewer blocks")
    assert code == 1
    assert "meanwhile Grace published '2-grace'" in said
    assert desk.live.version == "2-grace"
    assert [entry.version for entry in desk.bucket.log()] == ["2-grace", "1"]


def test_who_names_what_is_replaced_is_told_when_it_is_another(desk):
    """Work that began from a version which is not live any more."""
    desk.publish(written())
    desk.publish(written("2", cards="card_a"))
    code, said = desk.publish(written("3", when="amount > 200"), "w", "--replaces", "1")
    assert code == 1
    assert "version '2' is live, not '1'" in said
    assert desk.publish(written("3", when="amount > 200"), "w", "--replaces", "2")[0] == 0


def test_going_back_makes_an_older_version_live_as_it_was(desk):
    """By default the one before; its version has one document for good, and the log has both publications."""
    desk.publish(written(), "first")
    desk.publish(written("2", when="amount > 1"), "too much")
    code, said = desk.run("back", "--why", "everything was blocked")
    assert code == 0
    assert "version 1 is live" in said
    assert desk.live.policy.rules[0].when == "amount > 100"
    assert [(entry.version, entry.replaces) for entry in desk.bucket.log()] == [("1", "2"), ("2", "1"), ("1", None)]
    assert desk.run("back", "2", "--why", "it was right")[0] == 0
    assert desk.live.version == "2"
    code, said = desk.run("back", "7", "--why", "x")
    assert (code, "no version '7' was published" in said) == (1, True)


def test_going_back_heals_what_somebody_wrote_by_hand(desk):
    """What stands there is no policy: the one before it takes its place."""
    desk.publish(written())
    desk.publish(written("2", cards="card_a"))
    desk.aws.objects["models"][LIVE_KEY] = b"{"
    assert "changed by hand" in desk.run("show")[1]
    assert desk.run("back", "2", "--why", "repair")[0] == 0
    assert desk.live.version == "2"
    desk.aws.objects["models"][LIVE_KEY] = b"{"
    assert desk.run("back", "--why", "repair")[0] == 0
    assert desk.live.version == "1"


def test_a_publication_that_was_cut_off_before_the_log_is_in_the_log_after_the_next(desk):
    """What is live says by itself who published it."""
    desk.publish(written())
    for key in [key for key in desk.aws.objects["models"] if key.startswith("rules/log/")]:
        del desk.aws.objects["models"][key]
    desk.publish(written("2", cards="card_a"))
    assert [entry.version for entry in desk.bucket.log()] == ["2", "1"]


def test_the_log_says_who_changed_what_when_and_why(desk):
    """The newest first."""
    assert "nothing was published yet" in desk.run("log")[1]
    desk.publish(written(), "first rules", "--author", "Grace")
    desk.publish(written("2", when="amount > 200", cards="card_a, card_b"), "fewer blocks")
    lines = desk.run("log")[1].splitlines()
    assert lines[0].endswith("  2, in place of 1")
    assert lines[1:4] == [
        "  by arn:aws:iam::000000000000:user/ada: fewer blocks",
        "  ~ rule large: when amount > 100 -> amount > 200",
        "  + list stolen: 2 entries (card_a, card_b)",
    ]
    assert lines[5:7] == ["  by Grace: first rules", "  first published, in place of the policy that ships"]
    assert "  - rule far_above_usual (review) is gone" in lines
    assert len(desk.run("log", "--limit", "1")[1].splitlines()) == 4


def test_versions_are_shown_as_written_and_compared(desk):
    """Comments and all; files, versions, what is live, what was before, what ships."""
    assert "nothing was published yet" in desk.run("show")[1]
    desk.publish(written())
    desk.publish(written("2", when="amount > 200"))
    assert desk.run("show", "1")[1].endswith("# ours\n" + ONE.format(version=1, when="amount > 100", cards="") + "\n")
    assert "# version 2, published " in desk.run("show")[1]
    assert "# The policy that ships" in desk.run("show", "default")[1]
    expected = "1 -> 2\n~ rule large: when amount > 100 -> amount > 200\n"
    assert desk.run("diff", "previous", "live")[1] == expected
    assert "+ rule far_above_usual (review)" in desk.run("diff")[1]
    assert desk.run("diff", "2", "live")[1] == "2 and 2 decide alike\n"
    assert desk.run("diff", "none", "live")[0] == 1


def test_every_kind_of_change_has_its_line():
    """Rules, lists, thresholds and snoozes that come, go and change."""
    old = read_rules_text(written(cards="a, b") + "snoozes: [{rule: large, until: 2026-12-01T00:00:00Z, because: x}]\n")
    new = read_rules_text(
        ONE.format(version=2, when="amount > 100", cards="{value: a, until: 2026-12-01T00:00:00Z}, c")
        .replace("outcome: block", "outcome: review\n    shadow: true")
        .replace("effect: block", "effect: approve")
        + "  - {name: more, of: mcc, effect: none, because: y}\nthresholds: {block: 0.9}\n"
    )
    assert changes(old.policy, new.policy) == [
        "~ rule large: block -> review",
        "~ rule large: now in the shadow",
        "~ list stolen: effect block -> approve",
        "+ list stolen: 1 entry (c)",
        "- list stolen: 1 entry (b)",
        "~ list stolen: 1 entry (a)",
        "+ list more of mcc (none): 0 entries",
        "~ threshold of block: model -> 0.9",
        "- snooze of rule large until 2026-12-01T00:00:00Z is gone",
    ]
    assert changes(new.policy, new.policy) == []
    assert json.loads(new.document)["rules"][0]["shadow"] is True
