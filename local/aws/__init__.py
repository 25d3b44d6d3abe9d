"""The process of the embedded AWS: ministack, with the parts it lacks plugged in.

Runs under the interpreter of ministack's own virtual environment, so the modules here import the standard
library and ministack only. `plugins` says what is replaced, `lambda_runtime` is the replacement that matters
most: functions run as their deployed artefacts under AWS's own runtime client.
"""
