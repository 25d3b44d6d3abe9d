"""The floor's requests are real ones: signed as botocore signs."""

from hashlib import sha256

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from benchmarks.floor.signing import Account, Signer

ACCOUNT = Account("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "eu-central-1")


@pytest.mark.parametrize(
    ("service", "method", "path", "headers"),
    [
        ("dynamodb", "POST", "/", {"content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_1.Get"}),
        ("sagemaker", "POST", "/endpoints/fraud/invocations", {"accept": "application/json"}),
    ],
)
def test_a_request_of_the_floor_has_botocores_signature(service, method, path, headers):
    """Same date, headers and body: the same Authorization, header for header."""
    body = b'{"a":1}'
    headers = {"host": "127.0.0.1:4000", **headers}
    lines = Signer(ACCOUNT, service, headers).headers(f"{method}\n{path}".encode(), sha256(body).hexdigest().encode())
    ours = dict(line.split(": ", 1) for line in lines.decode().strip().split("\r\n"))

    request = AWSRequest(method=method, url=f"http://127.0.0.1:4000{path}", data=body, headers=headers)
    request.context["timestamp"] = ours["x-amz-date"]
    signer = SigV4Auth(Credentials(ACCOUNT.access_key, ACCOUNT.secret), service, ACCOUNT.region)
    request.headers["X-Amz-Date"] = ours["x-amz-date"]
    signature = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    assert ours["authorization"].endswith(f"Signature={signature}")
    assert f"SignedHeaders={signer.signed_headers(signer.headers_to_sign(request))}," in ours["authorization"]
