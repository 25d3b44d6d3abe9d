import argparse
import os
import sys
from pathlib import Path

from layers.maker.console import build_console
from layers.maker.dependencies import build_dependencies
from layers.maker.rules import build_rules
from layers.maker.sources import build_sources
from layers.maker.targets import host_target, lambda_target
from layers.maker.wheels import MakerError

_ROOT = Path(__file__).parents[2]
_PACKAGES = {"dependencies": "functions.txt", "arrow": "arrow.txt"}


def main() -> int:
    """Build one layer, as the makefiles ask for it."""
    parser = argparse.ArgumentParser(prog="python -m layers.maker", description=main.__doc__)
    parser.add_argument("layer", choices=["arrow", "console", "dependencies", "fraud", "rules", "training"])
    parser.add_argument("--target", choices=["lambda", "host"], default="lambda", help="where it will run")
    parser.add_argument("--architecture", default="arm64", help="of Lambda: arm64 or x86_64")
    parser.add_argument("--out", type=Path, required=True, help="the layer's directory")
    arguments = parser.parse_args()
    try:
        target = host_target() if arguments.target == "host" else lambda_target(arguments.architecture)
        cache = Path(os.environ.get("LAYER_CACHE") or _ROOT / ".local" / "cache" / "layers")
        if arguments.layer == "console":
            note = build_console(_ROOT / "console", out=arguments.out)
        elif arguments.layer in _PACKAGES:
            requirements = _ROOT / "requirements" / _PACKAGES[arguments.layer]
            note = build_dependencies(requirements, target=target, cache=cache, out=arguments.out)
        elif arguments.layer == "rules":
            requirements = _ROOT / "requirements" / "rules.txt"
            note = build_rules(_ROOT, requirements, target=target, cache=cache, out=arguments.out)
        elif arguments.layer == "fraud":
            note = build_sources(
                _ROOT / "layers" / "fraud" / "python", place="python", target=target, out=arguments.out
            )
        else:  # read as text and copied to S3, so never compiled
            note = build_sources(_ROOT / "training", place="python/training", target=None, out=arguments.out)
    except (MakerError, ValueError) as error:
        print(f"layers: {error}", file=sys.stderr)
        return 1
    print(f"layers: {note}", flush=True)  # sam shows what make writes to stdout, and stderr only of a failure
    return 0


if __name__ == "__main__":
    sys.exit(main())
