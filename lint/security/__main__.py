import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from lint.security import skips
from lint.security.code_scanners import bandit, excused_everywhere, secrets
from lint.security.expanded import expand, read_template
from lint.security.findings import Scan, ScannerMissingError
from lint.security.plain import plain
from lint.security.template_scanners import cdk_nag, checkov, guard

_TEMPLATE = Path(__file__).parents[2] / "template.yaml"


def main() -> int:
    """Run every scanner; say what ran, what is skipped and what is wrong; return the exit code.

    A scanner that cannot run here is named at the end, and is an error where the environment says CI.
    """
    template = read_template(_TEMPLATE)
    expanded = plain(expand(template))
    print(
        f"security: {_TEMPLATE.name}: {len(template['Resources'])} resources, {len(expanded['Resources'])} expanded, "
        "parameters at their defaults"
    )
    scans, missing = _scan(expanded)
    problems = list(_problems(template, expanded, scans, complete=not missing))
    for problem in problems:
        print(problem, file=sys.stderr)
    for reason in missing:
        print(f"security: DID NOT RUN: {reason}", file=sys.stderr)
    print(f"security: {len(problems) or 'nothing'} failed" + (f", {len(missing)} DID NOT RUN" if missing else ""))
    return 1 if problems or (missing and os.environ.get("CI")) else 0


def _scan(expanded: dict[str, Any]) -> tuple[list[Scan], list[str]]:
    """Return what ran, and why others could not."""
    with tempfile.TemporaryDirectory() as directory, ThreadPoolExecutor(2) as pool:
        file = Path(directory) / "template.json"
        file.write_text(json.dumps(expanded, default=str))
        of_template: list[Callable[[Path], Scan]] = [checkov, guard, cdk_nag]
        of_code: list[Callable[[], Scan]] = [secrets, bandit]
        futures = [*map(pool.submit, of_code), *(pool.submit(scan, file) for scan in of_template)]
        scans, missing = [], []
        for future in futures:
            try:
                scans.append(future.result())
            except ScannerMissingError as error:
                missing.append(str(error))
        return scans, missing


def _problems(
    template: dict[str, Any], expanded: dict[str, Any], scans: Sequence[Scan], *, complete: bool
) -> Iterator[str]:
    known = list(skips.skips_of(template))
    yield from skips.unexplained(known)
    found = [finding for scan in scans for finding in scan.findings]
    stay, skipped, unused = skips.apply(known, found, template, expanded)
    for scan in scans:
        failed, beside = len(set(scan.findings) & set(stay)), len(set(scan.findings) & set(skipped))
        print(f"security: {scan.tool}: {scan.checks}; {failed} failed, {beside} skipped with a reason")
    print(f"security: {len(known)} skips in {_TEMPLATE.name}, {len(excused_everywhere())} of bandit in pyproject.toml")
    yield from map(str, stay)
    if complete:  # a scanner that did not run found nothing that could be skipped
        yield from (f"{skip} skips nothing any more: remove it" for skip in unused)


if __name__ == "__main__":
    sys.exit(main())
