"""The architecture as rules that fail the build: `python -m lint`.

Rules of the template run inside cfn-lint, beside its own (`rules/`); rules of the state machines are in `machines/`.
Each rule is a function from a document to findings, so that a test can show it a bad one.
"""
