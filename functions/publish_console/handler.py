"""Custom resource: the console's files of this deployment in its bucket, with what they are to know of the stack."""

from fraudstream.adapters.cloudformation import Answer

# Nothing else is imported here: if a layer is missing, CloudFormation must still hear of it.
_SECONDS_TO_ANSWER = 10.0


def handler(event: dict, context: object) -> None:
    """Publish on Create and Update; on Delete take everything away, so that the bucket can go."""
    seconds_left = context.get_remaining_time_in_millis() / 1000
    with Answer(event, give_up_after_seconds=seconds_left - _SECONDS_TO_ANSWER) as answer:
        import json  # noqa: PLC0415 - see above

        import boto3  # noqa: PLC0415
        from files import ConsoleFile, files_of  # noqa: PLC0415
        from publication import empty, forget_cached, publish  # noqa: PLC0415

        given, s3 = event["ResourceProperties"], boto3.client("s3")
        if event["RequestType"] == "Delete":
            empty(given["Bucket"], s3=s3)
            return
        config = ConsoleFile(name="config.json", content=json.dumps(given["Config"], indent=2).encode())
        *others, page = files_of("console")
        published = publish([*others, config, page], bucket=given["Bucket"], s3=s3)
        forget_cached(given["Distribution"], reference=event["RequestId"], cloudfront=boto3.client("cloudfront"))
        answer.data = {name: str(count) for name, count in published.items()}
