"""Card numbers must not enter the system: they are recognised, refused, or replaced by tokens under the user's key."""

from collections.abc import Iterable
from hashlib import blake2b
from unicodedata import category

from jobs import JobError

_PAN_LENGTHS = range(12, 20)
_UNSEEN = ("Zs", "Pd", "Cf")
"""Spaces, dashes, and what no one sees."""
_MARKS = frozenset("-._:@/+=~|")
"""What a card_id may have between its digits."""


class CardNumberError(JobError):
    """A card column holds what looks like card numbers. The message never shows one."""


def is_card_number(text: str) -> bool:
    """Tell whether a text is a card number: 12 to 19 digits that pass the Luhn check, marks between them aside.

    The contract's own question about a `card_id`, asked here because its module needs more than the container has.

    Examples
    --------
    >>> is_card_number("4111 1111 1111 1111"), is_card_number("4111111111111112")
    (True, False)
    """
    digits = "".join(letter for letter in text if category(letter) not in _UNSEEN and letter not in _MARKS)
    if len(digits) not in _PAN_LENGTHS or not digits.isdecimal():
        return False
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (doubled + sum(int(digit) for digit in digits[-1::-2])) % 10 == 0


def tokens(cards: Iterable[str], key: bytes | None) -> dict[str, str]:
    """Return what each distinct card is called in the system: itself, or where it is a card number a token of it.

    A token is a keyed digest: the same card under the same key is the same token, and without the key it is nothing.

    Raises
    ------
    CardNumberError
        For card numbers without a key.
    """
    names = {}
    for card in cards:
        name = card
        if is_card_number(card):
            if not key:
                raise CardNumberError(
                    "the card column holds card numbers; replace them by tokens before they come here, or set "
                    "FRAUDSTREAM_CARD_KEY to a secret of your own to have them replaced by keyed digests while reading"
                )
            name = "card-" + blake2b(card.encode(), key=key[:64], digest_size=12).hexdigest()
        names[card] = name
    return names
