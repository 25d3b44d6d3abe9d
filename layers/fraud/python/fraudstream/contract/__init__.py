"""The public contract: what producers send, what is decided and sent out, and why a record is refused."""

from fraudstream.contract.alert import Alert
from fraudstream.contract.bounds import Bounds
from fraudstream.contract.case import AlertCase, Case, CaseTransaction, Disposition, Milestone
from fraudstream.contract.currency import EXPONENT
from fraudstream.contract.decision import Decision, Payment, Reason
from fraudstream.contract.decode import decode_record
from fraudstream.contract.instants import canonical, from_epoch_ms, to_epoch_ms
from fraudstream.contract.label import Label
from fraudstream.contract.masking import mask_card_numbers
from fraudstream.contract.meaning import terminal_key
from fraudstream.contract.rejects import Rejected, RejectReason
from fraudstream.contract.transaction import Transaction

__all__ = [
    "EXPONENT",
    "Alert",
    "AlertCase",
    "Bounds",
    "Case",
    "CaseTransaction",
    "Decision",
    "Disposition",
    "Label",
    "Milestone",
    "Payment",
    "Reason",
    "RejectReason",
    "Rejected",
    "Transaction",
    "canonical",
    "decode_record",
    "from_epoch_ms",
    "mask_card_numbers",
    "terminal_key",
    "to_epoch_ms",
]
