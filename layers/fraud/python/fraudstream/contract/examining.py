"""The whole contract, check by check, each with its reason. `decode` goes here whenever its short way is in doubt."""

import math
import re
from typing import Any

import msgspec

from fraudstream.contract.bounds import Bounds
from fraudstream.contract.fields import MERCHANT_PREFIX, UNSAFE, UNSEEN
from fraudstream.contract.label import Label
from fraudstream.contract.pan import holds_card_number, is_card_number
from fraudstream.contract.parsing import RefusalError, parse_object, scalars
from fraudstream.contract.rejects import Rejected, RejectReason
from fraudstream.contract.sealing import KNOWN, LEAKS, form_problem, seal, time_problem
from fraudstream.contract.transaction import Transaction

_DECODERS = {
    "transaction": msgspec.json.Decoder(Transaction),
    "label": msgspec.json.Decoder(Label),
}
