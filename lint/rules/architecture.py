"""Our rules as cfn-lint takes them: `cfn-lint template.yaml --append-rules lint/rules`, from the project's root."""

from collections.abc import Callable, Iterator

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

from lint.alarms import alarms_have_runbooks, alarms_tell
from lint.buckets import buckets_are_private, messages_are_private
from lint.encryption import stores_are_encrypted
from lint.findings import Finding
from lint.functions import functions_have_log_groups, functions_have_roles
from lint.permissions import wildcards_are_explained
from lint.resources import Resources
from lint.streams import stream_mappings_are_safe


def _matches(cfn: Template, check: Callable[[Resources], Iterator[Finding]]) -> list[RuleMatch]:
    return [RuleMatch(list(finding.path), finding.message) for finding in check(cfn.get_resources())]


class FunctionsHaveLogGroups(CloudFormationLintRule):
    """E9101."""

    id = "E9101"
    shortdesc = "Every function has its own log group, with retention and our key"
    description = "A log group made on the way keeps its logs for ever, encrypted with AWS's key."
    tags = ("fraudstream", "logs")

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Match functions without, and groups without retention or key."""
        return _matches(cfn, functions_have_log_groups)


class FunctionsHaveRoles(CloudFormationLintRule):
    """E9102."""

    id = "E9102"
    shortdesc = "Every function has its own role"
    description = "One function's permissions are no other's."
    tags = ("fraudstream", "permissions")

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Match functions without, or with one they share."""
        return _matches(cfn, functions_have_roles)


class StreamMappingsAreSafe(CloudFormationLintRule):
    """E9103."""

    id = "E9103"
    shortdesc = "Every stream mapping has a failure destination, partial answers, bisect and bounded retries"
    description = "Otherwise a record is lost without a trace, or blocks its shard until it expires."
    tags = ("fraudstream", "streams")

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Match mappings that lack one of them."""
        return _matches(cfn, stream_mappings_are_safe)


class StoresAreEncrypted(CloudFormationLintRule):
    """E9104."""

    id = "E9104"
    shortdesc = "Every bucket, table, topic, stream, queue and log group is encrypted with our key"
    description = "One key decides who reads anything. Metadata.NotWithTheKey explains an exception."
    tags = ("fraudstream", "encryption")

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Match stores without it."""
        return _matches(cfn, stores_are_encrypted)


class WildcardsAreExplained(CloudFormationLintRule):
    """E9105."""

    id = "E9105"
    shortdesc = "No * in a permission without an explanation"
    description = "Metadata.Wildcards explains each statement, by Sid, where AWS has nothing narrower."
    tags = ("fraudstream", "permissions")

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Match statements without, and explanations nobody needs."""
        return _matches(cfn, wildcards_are_explained)


class AlarmsTell(CloudFormationLintRule):
    """E9106."""

    id = "E9106"
    shortdesc = "Every alarm has an action and says what to do"
    description = "An alarm that nobody hears or understands is none."
    tags = ("fraudstream", "alarms")

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Match alarms without."""
        return _matches(cfn, alarms_tell)


class BucketsArePrivate(CloudFormationLintRule):
    """E9107."""

    id = "E9107"
    shortdesc = "Every bucket blocks public access and refuses open connections"
    description = "What is kept of cards is read by the system's roles, over TLS."
    tags = ("fraudstream", "buckets")

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Match buckets that do not."""
        return _matches(cfn, buckets_are_private)


class AlarmsHaveRunbooks(CloudFormationLintRule):
    """E9108."""

    id = "E9108"
    shortdesc = "Every alarm's description ends with its runbook, and the page exists"
    description = "Whoever is woken by it finds in the message where to begin."
    tags = ("fraudstream", "alarms")

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Match alarms without a page."""
        return _matches(cfn, alarms_have_runbooks)


class MessagesArePrivate(CloudFormationLintRule):
    """E9109."""

    id = "E9109"
    shortdesc = "Every topic and queue refuses open connections, and lets nobody in without a condition"
    description = "Alerts name cards by their tokens; they are sent and received over TLS."
    tags = ("fraudstream", "messages")

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Match topics and queues that do not."""
        return _matches(cfn, messages_are_private)
