"""A Lambda function that does what its event says; the tests of the Lambda runtime deploy it."""

import itertools
import json
import os
import subprocess
import sys
import time
import urllib.request

from probe_library import NAME  # from a layer

print("imported")
calls = itertools.count(1)


class ProbeError(Exception):
    """What the function raises when asked to."""


def handler(event, context):
    """Do it, and return what can be told about the environment."""
    number = next(calls)
    result = context.get_remaining_time_in_millis() if event["do"] == "remaining" else _ACTIONS[event["do"]](event)
    return {"result": result, "pid": os.getpid(), "calls": number, "layer": NAME}


def _fail(event):
    raise ProbeError(event["message"])


def _sleep(event):
    # A function's own child must not outlive it either.
    child = subprocess.Popen(["/bin/sleep", "100"])
    print(f"child {child.pid}", flush=True)
    time.sleep(event["seconds"])
    child.kill()
    child.wait()


def _hold(event):
    block = bytearray(event["mebibytes"] << 20)
    time.sleep(event["seconds"])
    return len(block)


def _call(event):
    headers = {"Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request"}
    request = urllib.request.Request(
        f"{os.environ['AWS_ENDPOINT_URL']}/2015-03-31/functions/{event['function']}/invocations",
        data=json.dumps(event["event"]).encode(),
        headers=headers,
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def _answer_cloudformation(event):
    body = {
        "Status": "SUCCESS",
        "PhysicalResourceId": "probe",
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": {"Seen": event["ResourceProperties"]["Word"]},
    }
    request = urllib.request.Request(event["ResponseURL"], data=json.dumps(body).encode(), method="PUT")
    urllib.request.urlopen(request).close()


_ACTIONS = {
    "echo": lambda event: event["value"],
    "environment": lambda _: dict(os.environ),
    "path": lambda _: sys.path,
    "print": lambda event: print(event["text"], end=""),
    "large": lambda event: "x" * event["bytes"],
    "exit": lambda event: os._exit(event["status"]),
    "fail": _fail,
    "sleep": _sleep,
    "hold": _hold,
    "call": _call,
}


def custom_resource(event, context):
    """Answer CloudFormation as a custom resource does."""
    _answer_cloudformation(event)
