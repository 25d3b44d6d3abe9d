"""Where the benchmarks keep things."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
SCRATCH = ROOT / ".local" / "bench"
"""Workload, built layers, state of processes: all made anew where missing."""
RESULTS = ROOT / "benchmarks" / "results.json"
PAGE = ROOT / "docs" / "performance.md"
CHARTS = ROOT / "docs" / "performance"
SEED_FILE = SCRATCH / "past.pickle"
"""The past for a contestant that keeps it in its own memory."""
