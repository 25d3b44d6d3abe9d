"""Fraudstream on this machine: the embedded AWS, what is deployed into it, and the demo."""
