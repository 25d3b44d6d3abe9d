"""What a decision costs, measured beside peers written for the purpose; `python -m benchmarks`."""
