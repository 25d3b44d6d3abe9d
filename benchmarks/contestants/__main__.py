"""`python -m benchmarks.contestants NAME`: one contestant in a process of its own, a batch a line."""

import gc
import json
import os
import sys
import time
from importlib import import_module


class Context:
    """What Lambda passes beside the event."""

    function_name = "score-transactions"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:score-transactions"
    aws_request_id = "00000000-0000-0000-0000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        """All of it: nobody is measured on how it gives up."""
        return 60_000


def main() -> None:
    """Read events, one JSON line each; answer each with the seconds it took: of the processor, and of the clock."""
    # What functions print is written, as on Lambda, but not into the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    handler = import_module(f"benchmarks.contestants.{sys.argv[1]}").make_handler()
    context = Context()
    gc.collect()
    print("ready", file=answers, flush=True)
    for line in sys.stdin.buffer:
        event = json.loads(line)
        error = None
        cpu, wall = time.process_time(), time.perf_counter()
        try:
            handler(event, context)
        except Exception as raised:  # whatever it is, Lambda would deliver the batch again
            error = repr(raised)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        print(json.dumps({"cpu_seconds": cpu, "wall_seconds": wall, "error": error}), file=answers, flush=True)


if __name__ == "__main__":
    main()
