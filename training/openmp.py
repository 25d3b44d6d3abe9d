"""Threads of XGBoost that wait for each other sleep, where they would spin. To be imported before xgboost.

Spinning is a little faster on an idle machine, and a disaster on a busy one: on two cores shared with other work,
training took 52 s with spinning threads and 13 s with sleeping ones, 8 s alone.
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
