"""Write golden files for formats that changed: `python -m tests.golden`. What is there is never written over."""

import sys
import tempfile
from pathlib import Path

from tests.golden.bundles import answer, forms, request, write_bundle
from tests.golden.files import HERE, bundles, newest, versions
from tests.golden.writing import FORMATS


def main() -> int:
    """Add a version with the formats that are not what the newest golden file says."""
    with tempfile.TemporaryDirectory() as scratch:
        changed = {name: body for name, write in FORMATS.items() if (body := write()) != newest(name)}
        fresh = Path(scratch, "bundle")
        write_bundle(fresh, Path(scratch))
        if not bundles() or forms(bundles()[-1]) != forms(fresh):
            changed |= {f"bundle/{path.relative_to(fresh)}": path.read_bytes() for path in fresh.rglob("*.*")}
            changed["bundle/request.csv"] = request(fresh)
            changed["bundle/answer.json"] = answer(fresh, request(fresh))
    directory = HERE / f"v{len(versions()) + 1}"
    for name, body in changed.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_bytes(body)
        print(f"wrote {directory.name}/{name}")
    if not changed:
        print("every format is as its newest golden file says")
    return 0


if __name__ == "__main__":
    sys.exit(main())
