"""Every function has a log group and a role of its own."""

from collections.abc import Iterator

from lint.findings import Finding
from lint.resources import Resources, is_kind, of_type, target

_FUNCTIONS = ("AWS::Serverless::Function", "AWS::Lambda::Function")


def functions_have_log_groups(resources: Resources) -> Iterator[Finding]:
    """Find functions that would log into a group made on the way: kept for ever, and not encrypted with our key."""
    seen: dict[str, str] = {}
    for function, properties in of_type(resources, *_FUNCTIONS):
        path = ("Resources", function, "Properties", "LoggingConfig")
        wanted = (properties.get("LoggingConfig") or {}).get("LogGroup")
        if not is_kind(resources, wanted, "AWS::Logs::LogGroup"):
            yield Finding(path=path, message=f"{function} names no log group of this template")
            continue
        group = target(wanted) or ""
        if group in seen:
            yield Finding(path=path, message=f"{function} shares the log group {group} with {seen[group]}")
        seen[group] = function
    for group, properties in of_type(resources, "AWS::Logs::LogGroup"):
        path = ("Resources", group, "Properties")
        if not properties.get("RetentionInDays"):
            yield Finding(path=path, message=f"{group} keeps its logs for ever: give it RetentionInDays")
        if not is_kind(resources, properties.get("KmsKeyId"), "AWS::KMS::Key"):
            yield Finding(path=path, message=f"{group} is not encrypted with the key of this template")


def functions_have_roles(resources: Resources) -> Iterator[Finding]:
    """Find functions without a role of their own: one function's permissions are no other's."""
    seen: dict[str, str] = {}
    for function, properties in of_type(resources, *_FUNCTIONS):
        path = ("Resources", function, "Properties", "Role")
        if not is_kind(resources, properties.get("Role"), "AWS::IAM::Role"):
            yield Finding(path=path, message=f"{function} has no role of this template")
            continue
        role = target(properties["Role"]) or ""
        if role in seen:
            yield Finding(path=path, message=f"{function} shares the role {role} with {seen[role]}")
        seen[role] = function
