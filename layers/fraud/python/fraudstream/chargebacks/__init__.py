"""Chargebacks: a file of disputes becomes labels on the stream, and a report says what became of every line."""
