"""What a story expected, what was seen, and whether the one is the other."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape

from local.model_runs import Standing
from local.proofs import Proof


def expect(claim: str, holds: object, found: str, *, cases: int = 1) -> Proof:
    """Return what was expected with what was found; an expectation about nothing does not hold."""
    return Proof(claim=claim, holds=bool(holds) and cases > 0, cases=cases, found=found)


def equal(claim: str, expected: Any, seen: Any) -> Proof:
    """Return that two things are the same, naming both where they are not."""
    return expect(claim, expected == seen, str(seen) if expected == seen else f"{seen} instead of {expected}")


def unchanged(before: Standing, after: Standing) -> Proof:
    """Return that whoever scored scores, and that nothing lies about that did not before."""
    return expect(
        "champion, configuration and models are what they were before",
        before == after,
        f"champion {after.champion}, configuration {after.config}, models: {len(after.models)}",
    )


def told(claim: str, letters: Iterable[str], *words: str) -> Proof:
    """Return that operations received one letter with all these words; its first line is quoted."""
    every = list(letters)
    right = [letter for letter in every if all(word in letter for word in words)]
    subjects = "; ".join(sorted({letter.partition("\n")[0] for letter in every})) or "nothing"
    return expect(claim, bool(right), right[0].partition("\n")[0] if right else f"they were told: {subjects}")


def show(proofs: Iterable[Proof], console: Console) -> None:
    """Print each expectation with what was seen."""
    for proof in proofs:
        mark = "[green]holds[/green]" if proof.holds else "[red]FAILS[/red]"
        line = f" {mark}  {escape(proof.claim)}  [dim]{escape(proof.found)}[/dim]"
        console.print(line, highlight=False, soft_wrap=True)


def as_json(proof: Proof) -> Mapping[str, Any]:
    """Return an expectation as plain values."""
    return {"claim": proof.claim, "holds": proof.holds, "cases": proof.cases, "found": proof.found}
