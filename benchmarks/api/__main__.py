"""Measures how long deciding over the HTTP API takes, and writes docs/api-latency.json and its paragraph."""

import argparse
import json
import os
from typing import Any

from benchmarks.api import embedded, in_process, page


def main() -> None:
    """Measure, or draw the paragraph again from what was measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.api", description=__doc__)
    parser.add_argument("--requests", type=int, default=1_000, help="of each way (1000)")
    parser.add_argument("--page", action="store_true", help="measure nothing: write the paragraph again")
    options = parser.parse_args()
    if not options.page:
        found: dict[str, Any] = {"cores": os.cpu_count(), "load_before": round(os.getloadavg()[1], 1)}
        found["embedded"] = embedded.measure(options.requests)
        found["in_process"] = in_process.measure(options.requests)
        page.RESULTS.write_text(json.dumps(found, indent=2) + "\n")
    results = json.loads(page.RESULTS.read_text())
    page.PAGE.write_text(page.page(page.PAGE.read_text(), results))
    print(page.paragraph(results))


if __name__ == "__main__":
    main()
