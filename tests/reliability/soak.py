"""Random schedules on demand: `python -m tests.reliability.soak --seeds 1000 --first 0`."""

import argparse
import sys
import time
import warnings
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def main() -> int:
    """Play seeds one after the other; stop at the first that fails, and print how to play it again."""
    sys.path += [str(_ROOT / "layers/fraud/python"), str(_ROOT / "training")]  # as pytest is told to
    from tests.reliability.calling import EndlessError
    from tests.reliability.schedules import REPLAY, Play

    parser = argparse.ArgumentParser(prog="python -m tests.reliability.soak", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--trace", action="store_true", help="print every call")
    parser.add_argument("--keep-going", action="store_true", help="do not stop at the first failure")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    began, calls, failed = time.process_time(), 0, 0
    for number, seed in enumerate(range(arguments.first, arguments.first + arguments.seeds), 1):
        one = Play(seed)
        try:
            one.run()
            one.judge()
        except (Exception, EndlessError) as failure:  # whatever it is, the seed is what matters
            failed += 1
            print(f"seed {seed} failed: {type(failure).__name__}: {failure}\nreplay: {REPLAY.format(seed)}")
            if arguments.trace:
                print(*one.world.trace, sep="\n")
            if not arguments.keep_going:
                return 1
        calls += one.world.calls
        if arguments.trace and not failed:
            print(*one.world.trace, sep="\n")
        if number % 50 == 0 or number == arguments.seeds:
            seconds = time.process_time() - began
            print(f"{number} seeds, {failed} failed, {calls} calls, {seconds:.0f} s of CPU", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
