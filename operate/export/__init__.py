"""Export: decisions of a period with their labels, as one Parquet, CSV or JSON Lines file."""

from operate.export.command import main

__all__ = ["main"]
