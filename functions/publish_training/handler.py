"""Custom resource: the training programs of this deployment, in the models bucket under their digest."""

from fraudstream.adapters.cloudformation import Answer
from naming import check_stack_name

# Nothing else is imported here: if the layer of packages is missing or made for another platform, CloudFormation must
# still hear of it, or the stack would wait for an answer until ServiceTimeout.
_SECONDS_TO_ANSWER = 10.0


def handler(event: dict, context: object) -> None:
    """Publish on Create and Update; on Delete leave everything, since jobs and old models may still refer to it."""
    seconds_left = context.get_remaining_time_in_millis() / 1000
    with Answer(event, give_up_after_seconds=seconds_left - _SECONDS_TO_ANSWER) as answer:
        if event["RequestType"] == "Delete":
            return
        check_stack_name(event["StackId"])

        import boto3  # noqa: PLC0415 - see above
        from code_bundle import bundle_of  # noqa: PLC0415
        from publication import publish  # noqa: PLC0415

        answer.data = publish(
            bundle_of("training", "fraudstream"),
            bucket=event["ResourceProperties"]["Bucket"],
            s3=boto3.client("s3"),
        )
