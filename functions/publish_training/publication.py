"""Bringing a bundle to S3."""

from typing import Any

from botocore.exceptions import ClientError
from code_bundle import Bundle


def publish(bundle: Bundle, *, bucket: str, s3: Any) -> dict[str, str]:
    """Write the bundle below ``code/<digest>/`` unless it is there; return where jobs find it.

    The archive is written last, so that its presence means everything is there.
    """
    prefix = f"code/{bundle.digest}"
    archive_key, zip_key = f"{prefix}/sourcedir.tar.gz", f"{prefix}/code.zip"
    if not _exists(s3, bucket, archive_key):
        for path, content in bundle.files.items():
            s3.put_object(Bucket=bucket, Key=f"{prefix}/files/{path}", Body=content)
        s3.put_object(Bucket=bucket, Key=zip_key, Body=bundle.importable(), ContentType="application/zip")
        s3.put_object(Bucket=bucket, Key=archive_key, Body=bundle.archive(), ContentType="application/gzip")
    return {
        "Digest": bundle.digest,
        "CodePrefix": prefix,
        "FilesUri": f"s3://{bucket}/{prefix}/files/",
        "SourcedirUri": f"s3://{bucket}/{archive_key}",
        "ZipUri": f"s3://{bucket}/{zip_key}",
    }


def _exists(s3: Any, bucket: str, key: str) -> bool:
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return False
        raise
    return True
