"""Makes the layer and the training programs importable, as they lie in the repository.

On AWS the layer is on the functions' path and the training programs lie side by side in a job's container. The demo
uses the same code from the source tree: it reads files, replays histories and judges scores with what the system uses.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

for _folder in (ROOT / "training", ROOT / "layers" / "fraud" / "python"):
    if str(_folder) not in sys.path:
        sys.path.append(str(_folder))
