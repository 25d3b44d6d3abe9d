"""The team's policy: rules, lists, thresholds and snoozes, read from a validated document, evaluated on whole batches.

The language and the document: docs/rules.md.
"""

from fraudstream.errors import PolicyError
from fraudstream.policy.batch import BatchColumns
from fraudstream.policy.building import compile_policy, default_policy
from fraudstream.policy.columns import Coded, Columns, absent_number, absent_text, coded, weekdays
from fraudstream.policy.compiled import SHADOW_PREFIX, CompiledPolicy, Evaluated, Origin, Voice
from fraudstream.policy.document import (
    OUTCOMES,
    Entry,
    NamedList,
    Outcome,
    Policy,
    Rule,
    Snooze,
    ThresholdChoice,
    canonical_json,
)
from fraudstream.policy.names import DERIVED, KNOWN, Kind
from fraudstream.policy.precedence import APPROVE, BLOCK, REVIEW
from fraudstream.policy.reading import read_policy
from fraudstream.policy.snoozing import snoozed
from fraudstream.policy.sources import FixedPolicy, Policies, Trouble

__all__ = [
    "APPROVE",
    "BLOCK",
    "DERIVED",
    "KNOWN",
    "OUTCOMES",
    "REVIEW",
    "SHADOW_PREFIX",
    "BatchColumns",
    "Coded",
    "Columns",
    "CompiledPolicy",
    "Entry",
    "Evaluated",
    "FixedPolicy",
    "Kind",
    "NamedList",
    "Origin",
    "Outcome",
    "Policies",
    "Policy",
    "PolicyError",
    "Rule",
    "Snooze",
    "ThresholdChoice",
    "Trouble",
    "Voice",
    "absent_number",
    "absent_text",
    "canonical_json",
    "coded",
    "compile_policy",
    "default_policy",
    "read_policy",
    "snoozed",
    "weekdays",
]
