"""One target under libFuzzer, in a process of its own: `python -m tests.fuzz.engine TARGET [libFuzzer options]`."""

import sys

import atheris

# Instrumented: what is imported in here.
with atheris.instrument_imports(include=["fraudstream"]):
    from tests.fuzz.targets import TARGETS

if __name__ == "__main__":
    target = TARGETS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()
