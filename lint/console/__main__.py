import os
import sys

from lint.console.tools import (
    CONSOLE,
    ToolMissingError,
    biome,
    bundle,
    formatted,
    lean,
    ready,
    tests,
    types,
    vendor,
)

_CHECKS = {"Biome": biome, "types": types, "tests": tests, "vendor": vendor, "what is sent": lean}


def main(arguments: list[str]) -> int:
    """Check the console; or `format` it, or make `vendor` anew; return the exit code.

    Where node is missing that is said. It is an error for `vendor`, and where the environment says CI.
    """
    wanted = arguments[0] if arguments else "check"
    try:
        ready()
    except ToolMissingError as error:
        print(f"console: DID NOT RUN: {error}", file=sys.stderr)
        return 1 if wanted == "vendor" or os.environ.get("CI") else 0
    if wanted == "vendor":
        return _told("vendor", bundle(CONSOLE / "vendor"))
    if wanted == "format":
        return _told("format", formatted())
    return max([_told(name, check()) for name, check in _CHECKS.items()])


def _told(name: str, said: str) -> int:
    print(f"console: {name}: {'failed' if said else 'fine'}")
    if said:
        print(said, file=sys.stderr)
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
