"""What all routes are served from, built once for each execution environment."""

import os

from fraudstream.adapters.composition import build_api
from fraudstream.settings import Settings

api = build_api(Settings.read(os.environ))
