"""How long a caller of the HTTP API waits for a decision: `python -m benchmarks.api` writes docs/api-latency.json."""
