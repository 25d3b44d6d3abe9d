"""Words to a tree, by recursive descent.

From loose to tight: `or`; `and`; `not`; one comparison, `in` or `is missing`; `+ -`; `* / %`; the sign; then numbers,
texts, names, calls and brackets. Chains of one kind are one node, so that a tree is as deep as brackets nest.
"""

from typing import cast, get_args

from fraudstream.policy import syntax
from fraudstream.policy.document import MAX_EXPRESSION
from fraudstream.policy.lexing import Sort, Word, words
from fraudstream.policy.mistakes import MistakeError
from fraudstream.policy.syntax import Comparison, Node, Operator

MAX_DEPTH = 20
_COMPARISONS = frozenset(get_args(Comparison))
_SUM, _PRODUCT = frozenset("+-"), frozenset("*/%")


def parse(text: str) -> Node:
    """Return the tree of an expression.

    Raises
    ------
    MistakeError
        With the place.
    """
    if len(text) > MAX_EXPRESSION:
        raise MistakeError(
            f"longer than {MAX_EXPRESSION:,} characters; make two rules of it", MAX_EXPRESSION, len(text)
        )
    parser = _Parser(words(text))
    tree = parser.condition()
    if not parser.at_end():
        raise parser.unexpected("`and`, `or` or the end")
    return tree


class _Parser:
    def __init__(self, found: list[Word]) -> None:
        self._words = found
        self._next = 0
        self._depth = 0

    def at_end(self) -> bool:
        return self._word.sort is Sort.END

    def unexpected(self, wanted: str) -> MistakeError:
        word = self._word
        said = "the expression ends" if word.sort is Sort.END else f"there is {_shown(word)}"
        return MistakeError(f"{said} where {wanted} is expected", word.start, word.end)

    def condition(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise MistakeError(
                f"nested more than {MAX_DEPTH} deep; make two rules of it", self._word.start, self._word.end
            )
        parts = [self._all()]
        while self._take("or"):
            parts.append(self._all())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else syntax.Some(parts=tuple(parts), **_span(parts[0], parts[-1]))

    def _all(self) -> Node:
        parts = [self._negated()]
        while self._take("and"):
            parts.append(self._negated())
        return parts[0] if len(parts) == 1 else syntax.Every(parts=tuple(parts), **_span(parts[0], parts[-1]))

    def _negated(self) -> Node:
        start = self._word.start
        turns = 0
        while self._take("not"):
            turns += 1
        inner = self._comparison()
        # Twice turned is as before; the check of types still sees that a condition stands there.
        for _ in range(2 - turns % 2 if turns else 0):
            inner = syntax.Not(of=inner, start=start, end=inner.end)
        return inner

    def _comparison(self) -> Node:
        first = self._chain(_SUM)
        rest: list[tuple[Comparison, Node]] = []
        while self._word.sort is Sort.SIGN and self._word.value in _COMPARISONS:
            sign = cast("Comparison", self._advance().value)
            rest.append((sign, self._chain(_SUM)))
        if rest:
            return syntax.Compare(first=first, rest=tuple(rest), **_span(first, rest[-1][1]))
        if self._take("is"):
            negated = self._take("not")
            end = self._expect("missing", "`missing` (or `not missing`)").end
            missing = syntax.Missing(of=first, start=first.start, end=end)
            return syntax.Not(of=missing, start=first.start, end=end) if negated else missing
        negated = self._keyword("not") and self._words[self._next + 1].value == "in" and self._take("not")
        if self._take("in"):
            among = self._among(first)
            return syntax.Not(of=among, start=first.start, end=among.end) if negated else among
        return first

    def _among(self, of: Node) -> syntax.Among:
        if self._word.sort is Sort.NAME:
            word = self._advance()
            name = syntax.Name(name=str(word.value), start=word.start, end=word.end)
            return syntax.Among(of=of, among=name, start=of.start, end=word.end)
        self._expect("[", "`[` or the name of a list")
        items = [self._chain(_SUM)]
        while self._take(","):
            items.append(self._chain(_SUM))
        end = self._expect("]", "`,` or `]`").end
        return syntax.Among(of=of, among=tuple(items), start=of.start, end=end)

    def _chain(self, signs: frozenset[str]) -> Node:
        first = self._factor(signs)
        rest: list[tuple[Operator, Node]] = []
        while self._word.sort is Sort.SIGN and self._word.value in signs:
            sign = cast("Operator", self._advance().value)
            rest.append((sign, self._factor(signs)))
        return syntax.Arithmetic(first=first, rest=tuple(rest), **_span(first, rest[-1][1])) if rest else first

    def _factor(self, signs: frozenset[str]) -> Node:
        return self._chain(_PRODUCT) if signs is _SUM else self._signed()

    def _signed(self) -> Node:
        start = self._word.start
        turns = 0
        while self._take("-"):
            turns += 1
        inner = self._atom()
        for _ in range(2 - turns % 2 if turns else 0):
            inner = syntax.Negative(of=inner, start=start, end=inner.end)
        return inner

    def _atom(self) -> Node:
        word = self._word
        if word.sort is Sort.NUMBER:
            self._advance()
            return syntax.Number(value=float(word.value), start=word.start, end=word.end)
        if word.sort is Sort.TEXT:
            self._advance()
            return syntax.Text(value=str(word.value), start=word.start, end=word.end)
        if self._keyword("true") or self._keyword("false"):
            self._advance()
            return syntax.Truth(value=word.value == "true", start=word.start, end=word.end)
        if word.sort is Sort.NAME:
            self._advance()
            return (
                self._call(word)
                if self._take("(")
                else syntax.Name(name=str(word.value), start=word.start, end=word.end)
            )
        if self._take("("):
            inner = self.condition()
            self._expect(")", "`)`")
            return inner
        raise self.unexpected("a number, a text, a name or `(`")

    def _call(self, word: Word) -> Node:
        arguments = []
        if not (self._word.sort is Sort.SIGN and self._word.value == ")"):
            arguments.append(self.condition())
            while self._take(","):
                arguments.append(self.condition())
        end = self._expect(")", "`,` or `)`").end
        return syntax.Call(function=str(word.value), arguments=tuple(arguments), start=word.start, end=end)

    @property
    def _word(self) -> Word:
        return self._words[self._next]

    def _advance(self) -> Word:
        word = self._word
        self._next += word.sort is not Sort.END
        return word

    def _keyword(self, word: str) -> bool:
        return self._word.sort is Sort.KEYWORD and self._word.value == word

    def _take(self, word: str) -> bool:
        """Step over a keyword or sign if it stands here."""
        here = self._word.sort in (Sort.KEYWORD, Sort.SIGN) and self._word.value == word
        if here:
            self._advance()
        return here

    def _expect(self, word: str, wanted: str) -> Word:
        here = self._word
        if not self._take(word):
            raise self.unexpected(wanted)
        return here


def _span(first: Node, last: Node) -> dict[str, int]:
    return {"start": first.start, "end": last.end}


def _shown(word: Word) -> str:
    return "a text" if word.sort is Sort.TEXT else f"'{word.value}'" if word.sort is not Sort.NUMBER else "a number"
