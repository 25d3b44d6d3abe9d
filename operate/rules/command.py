"""`python -m operate rules`: the fraud team's rules, lists, thresholds and snoozes."""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from fraudstream.adapters.rules_bucket import RulesBucket
from fraudstream.errors import PolicyError
from fraudstream.policy import Policy, read_policy
from fraudstream.policy.changes import changes
from fraudstream.policy.published import Published
from fraudstream.policy.publishing import RESERVED, Change, RefusedError, publish, republish

from operate.rules.reading import RulesFile, read_rules_file
from operate.target import Target, TargetError, find_target

ROOT = Path(__file__).parents[2]
DEFAULT_FILE = ROOT / "rules" / "default.yaml"
SHIPPED_FILE = ROOT / "layers/fraud/python/fraudstream/policy/default_policy.json"
DONE, FAILED = 0, 1
_LIVE_WITHIN = "it decides within half a minute"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what is asked; 0, or 1 if it is refused, if a file is not valid, or if AWS cannot be asked."""
    options = _parser().parse_args(arguments)
    act: Callable[[argparse.Namespace], str] = options.act
    try:
        print(act(options))
    except (PolicyError, RefusedError, TargetError, BotoCoreError, ClientError) as error:
        print(f"refused: {error}", file=sys.stderr)
        return FAILED
    return DONE


def _validate(options: argparse.Namespace) -> str:
    return f"{options.file}: valid. {_summary(read_rules_file(options.file))}"


def _ship(options: argparse.Namespace) -> str:
    rules = read_rules_file(options.file)
    SHIPPED_FILE.write_bytes(rules.document + b"\n")
    return f"{SHIPPED_FILE.relative_to(ROOT)} written. {_summary(rules)}"


def _publish(options: argparse.Namespace) -> str:
    rules = read_rules_file(options.file)
    target = find_target(options.stack)
    published = publish(_bucket(target), rules, _change(options, target))
    return _told(published)


def _back(options: argparse.Namespace) -> str:
    target = find_target(options.stack)
    bucket = _bucket(target)
    version = options.version
    if version is None:
        standing = bucket.live()
        live = standing.published if standing else None
        stored = bucket.previous()
        previous = stored.published if stored else None
        version = live.replaces if live is not None else previous.version if previous is not None else None
        if version is None:
            raise RefusedError("nothing was live before; name a version, or publish one")
    return _told(republish(bucket, version, _change(options, target)))


def _show(options: argparse.Namespace) -> str:
    bucket = _bucket(find_target(options.stack))
    if options.version == "default":
        return DEFAULT_FILE.read_text("utf-8")
    published = _published(bucket, options.version)
    if published is None:
        return "nothing was published yet: the policy that ships decides (rules show default)"
    head = f"# version {published.version}, published {published.at} by {published.author}\n# {published.why}\n"
    return head + (published.yaml or published.document.decode())


def _diff(options: argparse.Namespace) -> str:
    bucket = _bucket(find_target(options.stack))
    old, new = _policy(bucket, options.old), _policy(bucket, options.new)
    lines = changes(old, new)
    return (
        "\n".join([f"{old.version} -> {new.version}", *lines])
        if lines
        else f"{old.version} and {new.version} decide alike"
    )


def _log(options: argparse.Namespace) -> str:
    bucket = _bucket(find_target(options.stack))
    entries = list(islice(bucket.log(), options.limit))
    if not entries:
        return "nothing was published yet: the policy that ships decides"
    lines = []
    for entry in entries:
        after = f", in place of {entry.replaces}" if entry.replaces else ""
        lines += [f"{entry.at}  {entry.version}{after}", f"  by {entry.author}: {entry.why}"]
        lines += [f"  {change}" for change in entry.changes]
    return "\n".join(lines)


def _policy(bucket: RulesBucket, name: str) -> Policy:
    """Return the policy of a file, of a version, `live`, `previous` or `default`."""
    if name == "default" or name.endswith((".yaml", ".yml")):
        return read_rules_file(DEFAULT_FILE if name == "default" else Path(name)).policy
    published = _published(bucket, name)
    if published is None and name == "live":
        return read_rules_file(DEFAULT_FILE).policy
    if published is None:
        raise RefusedError(f"no version '{name}' was published; `rules log` names those that were")
    return read_policy(published.document)


def _published(bucket: RulesBucket, name: str) -> Published | None:
    find = {"live": bucket.live, "previous": bucket.previous}.get(name, lambda: bucket.version(name))
    stored = find()
    if stored is None:
        if name not in RESERVED:
            raise RefusedError(f"no version '{name}' was published; `rules log` names those that were")
        return None
    if stored.published is None:
        raise RefusedError(
            f"what stands as '{name}' is no published policy: it was changed by hand; go back or publish"
        )
    return stored.published


def _bucket(target: Target) -> RulesBucket:
    return RulesBucket(target.client("s3"), target.outputs["ModelsBucketName"])


def _change(options: argparse.Namespace, target: Target) -> Change:
    author = options.author or target.client("sts").get_caller_identity()["Arn"]
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Change(author=author, at=at, why=options.why, replaces=options.replaces)


def _summary(rules: RulesFile) -> str:
    policy = rules.policy
    shadows = sum(rule.shadow for rule in policy.rules)
    entries = sum(len(named.entries) for named in policy.lists)
    return (
        f"version {policy.version}: {len(policy.rules)} rules ({shadows} in the shadow), {len(policy.lists)} lists "
        f"with {entries:,} entries, {len(policy.snoozes)} snoozes"
    )


def _told(published: Published) -> str:
    lines = [f"version {published.version} is live, by {published.author}; {_LIVE_WITHIN}"]
    return "\n".join([*lines, *(f"  {change}" for change in published.changes)])


def _reason(text: str) -> str:
    if not text.strip() or len(text) > 500:
        raise argparse.ArgumentTypeError("say in at most 500 characters why")
    return " ".join(text.split())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m operate rules", description="The team's policy: see docs/rules.md."
    )
    parser.add_argument("--stack", help="a CloudFormation stack; else the embedded AWS if it runs, else fraudstream")
    acts = parser.add_subparsers(required=True, metavar="command")
    validate = acts.add_parser("validate", help="check a file; mistakes are shown where they stand")
    ship = acts.add_parser("ship", help="make the layer's default policy from rules/default.yaml")
    publish_ = acts.add_parser("publish", help="make a file live")
    for parser_, act in ((validate, _validate), (ship, _ship), (publish_, _publish)):
        parser_.add_argument("file", type=Path, nargs="?", default=DEFAULT_FILE, help="YAML (rules/default.yaml)")
        parser_.set_defaults(act=act)
    back = acts.add_parser("back", help="make an older version live again, by default the one before")
    back.add_argument("version", nargs="?", help="as `log` names it")
    back.set_defaults(act=_back)
    for parser_ in (publish_, back):
        parser_.add_argument("--why", type=_reason, required=True, help="the reason, for the log")
        parser_.add_argument("--author", type=_reason, help="who it is (the caller's ARN)")
        parser_.add_argument("--replaces", metavar="VERSION", help="refuse if another one is live by now")
    show = acts.add_parser("show", help="print a version as it was written")
    show.add_argument("version", nargs="?", default="live", help="a version, live, previous or default (live)")
    show.set_defaults(act=_show)
    diff = acts.add_parser("diff", help="say what differs between two policies")
    diff.add_argument("old", nargs="?", default="live", help="a version, live, previous, default or a file (live)")
    diff.add_argument("new", nargs="?", default="default", help="the same (default)")
    diff.set_defaults(act=_diff)
    log = acts.add_parser("log", help="say who published what, when and why")
    log.add_argument("--limit", type=int, default=20, help="at most so many, the newest (20)")
    log.set_defaults(act=_log)
    return parser
