"""Types of expressions: what is compared with what, and whether every name is known."""

from collections.abc import Collection

from fraudstream.contract import to_epoch_ms
from fraudstream.policy import syntax
from fraudstream.policy.functions import FUNCTIONS
from fraudstream.policy.mistakes import MistakeError
from fraudstream.policy.names import CLOSED, KNOWN, Kind, suggestion
from fraudstream.policy.syntax import Node

_ONLY_EQUALITY = frozenset({"==", "!="})


def check(tree: Node, lists: Collection[str]) -> None:
    """Accept an expression that is a condition on known names.

    Parameters
    ----------
    tree
        As parsed.
    lists
        Names of the document's lists.

    Raises
    ------
    MistakeError
        At the first part that cannot mean anything, and where no name is used: it would hold of all or of none.
    """
    checker = _Checker(lists)
    checker.expect(tree, Kind.TRUTH)
    if not checker.names_used:
        raise MistakeError(
            "this names no field and no feature: it would hold of every transaction or of none", 0, tree.end
        )


class _Checker:
    def __init__(self, lists: Collection[str]) -> None:
        self._lists = lists
        self.names_used = False

    def expect(self, node: Node, wanted: Kind) -> None:
        kind = self.kind(node)
        if kind is wanted:
            return
        if wanted is Kind.TRUTH:
            said = f"this is {kind}, where a condition is needed, such as `{_example(kind)}`"
        else:
            said = f"this is {kind}, where {wanted} is needed"
        raise _mistake(said, node)

    def kind(self, node: Node) -> Kind:  # noqa: C901, PLR0911, PLR0912 (one case for each part there is)
        match node:
            case syntax.Number():
                return Kind.NUMBER
            case syntax.Text():
                return Kind.TEXT
            case syntax.Truth():
                return Kind.TRUTH
            case syntax.Name():
                return self._name(node)
            case syntax.Call():
                return self._call(node)
            case syntax.Negative(of=of):
                self.expect(of, Kind.NUMBER)
                return Kind.NUMBER
            case syntax.Arithmetic(first=first, rest=rest):
                for part in (first, *(part for _, part in rest)):
                    self.expect(part, Kind.NUMBER)
                return Kind.NUMBER
            case syntax.Compare():
                self._compare(node)
            case syntax.Among():
                self._among(node)
            case syntax.Missing(of=of):
                self._missing(of)
            case syntax.Not(of=of):
                self.expect(of, Kind.TRUTH)
            case syntax.Every(parts=parts) | syntax.Some(parts=parts):
                for part in parts:
                    self.expect(part, Kind.TRUTH)
        return Kind.TRUTH

    def _name(self, node: syntax.Name) -> Kind:
        if node.name in KNOWN:
            self.names_used = True
            return KNOWN[node.name]
        if node.name in self._lists:
            raise _mistake(f"'{node.name}' is a list: write `field in {node.name}`", node)
        if node.name in FUNCTIONS:
            raise _mistake(f"'{node.name}' is a function: write `{FUNCTIONS[node.name].usage}`", node)
        near = suggestion(node.name, [*KNOWN, *self._lists, *FUNCTIONS])
        raise _mistake(f"no field, feature or list is called '{node.name}'{near}", node)

    def _call(self, node: syntax.Call) -> Kind:
        function = FUNCTIONS.get(node.function)
        if function is None:
            raise _mistake(f"no function is called '{node.function}'{suggestion(node.function, FUNCTIONS)}", node)
        if not function.least <= len(node.arguments) <= function.most:
            raise _mistake(f"'{node.function}' is used as `{function.usage}`", node)
        for argument in node.arguments:
            self.expect(argument, function.takes)
        if function.literal and not (
            isinstance(node.arguments[-1], syntax.Text) and isinstance(node.arguments[0], syntax.Name)
        ):
            raise _mistake(f"'{node.function}' takes a field and a text in quotes: `{function.usage}`", node)
        return function.gives

    def _compare(self, node: syntax.Compare) -> None:
        left = node.first
        for sign, right in node.rest:
            self._pair(left, sign, right)
            left = right

    def _pair(self, left: Node, sign: str, right: Node) -> None:
        kinds = (self.kind(left), self.kind(right))
        if kinds in {(Kind.NUMBER, Kind.NUMBER), (Kind.MOMENT, Kind.MOMENT)}:
            return
        if kinds == (Kind.TEXT, Kind.TEXT):
            self._texts(left, sign, right)
        elif set(kinds) == {Kind.MOMENT, Kind.TEXT}:
            self._moment(left if kinds[0] is Kind.TEXT else right)
        elif Kind.TRUTH in kinds:
            raise _mistake("a condition is not compared: join conditions by `and`, `or`, `not`", left, right)
        else:
            raise _mistake(f"{kinds[0]} is compared with {kinds[1]}", left, right)

    def _texts(self, left: Node, sign: str, right: Node) -> None:
        if sign not in _ONLY_EQUALITY:
            raise _mistake(f"texts are compared by == and !=, not by {sign}", left, right)
        if isinstance(left, syntax.Text) and isinstance(right, syntax.Text):
            raise _mistake("two fixed texts are compared", left, right)
        self._possible(left, right)
        self._possible(right, left)

    def _moment(self, node: Node) -> None:
        if not isinstance(node, syntax.Text):
            raise _mistake("a moment is compared with a text in quotes, such as '2026-11-24T08:00:00Z'", node)
        if to_epoch_ms(node.value) is None:
            raise _mistake("not a moment in UTC, such as '2026-11-24T08:00:00Z'", node)

    def _among(self, node: syntax.Among) -> None:
        kind = self.kind(node.of)
        if isinstance(node.among, syntax.Name):
            name = node.among.name
            if name not in self._lists:
                raise _mistake(f"no list is called '{name}'{suggestion(name, self._lists)}", node.among)
            if not isinstance(node.of, syntax.Name) or kind is not Kind.TEXT:
                raise _mistake(f"lists hold texts: a text field is needed before `in {name}`", node.of)
            return
        if kind not in (Kind.NUMBER, Kind.TEXT) or isinstance(node.of, syntax.Text):
            raise _mistake("a number or a text field is needed before `in`", node.of)
        for item in node.among:
            if not isinstance(item, syntax.Number | syntax.Text) and not (
                isinstance(item, syntax.Negative) and isinstance(item.of, syntax.Number)
            ):
                raise _mistake("between [ and ] stand numbers and texts as written", item)
            self.expect(item, kind)
            self._possible(node.of, item)

    def _missing(self, of: Node) -> None:
        if not isinstance(of, syntax.Name):
            raise _mistake("only a field or a feature can be missing", of)
        self.kind(of)

    def _possible(self, field: Node, literal: Node) -> None:
        """Refuse a text that a field of few values never has."""
        if isinstance(field, syntax.Name) and isinstance(literal, syntax.Text):
            values = CLOSED.get(field.name)
            if values is not None and literal.value not in values:
                raise _mistake(f"{field.name} is never '{literal.value}'{possible(field.name, literal.value)}", literal)


def possible(field: str, value: str) -> str:
    """Return what a field of few values can be instead, for the end of an error text."""
    values = sorted(CLOSED[field])
    return f"; it is one of {', '.join(values)}" if len(values) <= 10 else suggestion(value, values)


def _example(kind: Kind) -> str:
    return {Kind.NUMBER: "... > 100", Kind.TEXT: "... == 'value'", Kind.MOMENT: "... < '2026-11-24T00:00:00Z'"}.get(
        kind, "..."
    )


def _mistake(what: str, first: Node, last: Node | None = None) -> MistakeError:
    return MistakeError(what, first.start, (last or first).end)
