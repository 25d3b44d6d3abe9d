"""The AWS that the functions call, in memory and at the level of the wire: the real boto3 client stands in front.

For tests it answers in the process (`stubs.in_process`); for the benchmark behind HTTP in one of its own
(`python -m stubs`). It is held to the embedded AWS by tests/contract/test_stubs.py.
"""
