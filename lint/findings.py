"""What a rule has to say."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that breaks a rule, and where: the keys from the document's root down to it."""

    path: tuple[str | int, ...]
    message: str

    def __str__(self) -> str:
        return f"{'/'.join(map(str, self.path)) or '/'}: {self.message}"
