"""What the embedded AWS really has of a resource, in the template's words.

One reader a type: from the clients, the physical id and what was wanted it makes the properties that can be asked
for, None where there is nothing. A resource that is not there raises botocore's ClientError.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

Clients = Callable[[str], Any]
Properties = Mapping[str, Any]


class UnusableError(Exception):
    """The resource is there, and cannot do its work."""


def bucket(clients: Clients, name: str, _wanted: Properties) -> Properties:
    """Read an AWS::S3::Bucket."""
    s3 = clients("s3")
    s3.head_bucket(Bucket=name)
    rules = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    lifecycle = _or_none(lambda: s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"])
    logging = s3.get_bucket_logging(Bucket=name).get("LoggingEnabled")
    notifications = s3.get_bucket_notification_configuration(Bucket=name)
    return {
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [
                rule | {"ServerSideEncryptionByDefault": rule["ApplyServerSideEncryptionByDefault"]} for rule in rules
            ]
        },
        "VersioningConfiguration": {"Status": s3.get_bucket_versioning(Bucket=name).get("Status")},
        "PublicAccessBlockConfiguration": s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"],
        "OwnershipControls": s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"],
        "LifecycleConfiguration": lifecycle and {"Rules": [{"Id": rule["ID"], **rule} for rule in lifecycle]},
        "LoggingConfiguration": logging
        and {"DestinationBucketName": logging["TargetBucket"], "LogFilePrefix": logging["TargetPrefix"]},
        "NotificationConfiguration": {
            "EventBridgeConfiguration": {"EventBridgeEnabled": "EventBridgeConfiguration" in notifications}
        },
    }


def bucket_policy(clients: Clients, _id: str, wanted: Properties) -> Properties:
    """Read an AWS::S3::BucketPolicy."""
    return {"PolicyDocument": json.loads(clients("s3").get_bucket_policy(Bucket=wanted["Bucket"])["Policy"])}


def table(clients: Clients, name: str, _wanted: Properties) -> Properties:
    """Read an AWS::DynamoDB::Table."""
    dynamodb = clients("dynamodb")
    found = dynamodb.describe_table(TableName=name)["Table"]
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
    expiry = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    encryption = found.get("SSEDescription", {})
    return {
        "KeySchema": found["KeySchema"],
        "AttributeDefinitions": found["AttributeDefinitions"],
        "GlobalSecondaryIndexes": [
            {name: index[name] for name in ("IndexName", "KeySchema", "Projection")}
            for index in found.get("GlobalSecondaryIndexes", ())
        ],
        "BillingMode": found.get("BillingModeSummary", {}).get("BillingMode"),
        "DeletionProtectionEnabled": found.get("DeletionProtectionEnabled"),
        "TimeToLiveSpecification": {
            "AttributeName": expiry.get("AttributeName"),
            "Enabled": expiry["TimeToLiveStatus"] == "ENABLED",
        },
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": recovery == "ENABLED"},
        "SSESpecification": {
            "SSEEnabled": bool(encryption),
            "SSEType": encryption.get("SSEType"),
            "KMSMasterKeyId": encryption.get("KMSMasterKeyArn"),
        },
    }


def stream(clients: Clients, name: str, _wanted: Properties) -> Properties:
    """Read an AWS::Kinesis::Stream."""
    found = clients("kinesis").describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    return {
        "ShardCount": found["OpenShardCount"],
        "RetentionPeriodHours": found["RetentionPeriodHours"],
        "StreamModeDetails": found.get("StreamModeDetails"),
        "StreamEncryption": {"EncryptionType": found.get("EncryptionType"), "KeyId": found.get("KeyId")},
    }


def function(clients: Clients, name: str, _wanted: Properties) -> Properties:
    """Read an AWS::Lambda::Function."""
    found = clients("lambda").get_function_configuration(FunctionName=name)
    return {
        **{key: found.get(key) for key in ("Runtime", "Handler", "MemorySize", "Timeout", "LoggingConfig")},
        "Architectures": found.get("Architectures"),
        "Environment": found.get("Environment"),
        "Layers": [layer["Arn"] for layer in found.get("Layers", [])],
    }


def http_api(clients: Clients, api_id: str, wanted: Properties) -> Properties:
    """Read an AWS::ApiGatewayV2::Api whose routes are in its body: all of them, each closed where it was to be."""
    found = {route["RouteKey"]: route for route in clients("apigatewayv2").get_routes(ApiId=api_id)["Items"]}
    for path, methods in wanted.get("Body", {}).get("paths", {}).items():
        for method, operation in methods.items():
            route = found.get(f"{method.upper()} {path}")
            if route is None or not route.get("Target"):
                raise UnusableError(f"{method.upper()} {path} leads nowhere")
            if operation.get("security") and route["AuthorizationType"] == "NONE":
                raise UnusableError(f"{method.upper()} {path} is open")
    return {}


def http_authorizer(clients: Clients, name: str, wanted: Properties) -> Properties:
    """Read an AWS::ApiGatewayV2::Authorizer."""
    found = clients("apigatewayv2").get_authorizer(ApiId=wanted["ApiId"], AuthorizerId=name)
    return {key: found.get(key) for key in ("AuthorizerType", "IdentitySource", "JwtConfiguration")}


def http_integration(clients: Clients, name: str, wanted: Properties) -> Properties:
    """Read an AWS::ApiGatewayV2::Integration."""
    found = clients("apigatewayv2").get_integration(ApiId=wanted["ApiId"], IntegrationId=name)
    return {key: found.get(key) for key in ("IntegrationType", "PayloadFormatVersion")}


def http_route(clients: Clients, name: str, wanted: Properties) -> Properties:
    """Read an AWS::ApiGatewayV2::Route: where it leads, and who is let through."""
    route_id = name.rpartition("/")[2]
    found = clients("apigatewayv2").get_route(ApiId=wanted["ApiId"], RouteId=route_id)
    if not found.get("Target"):
        raise UnusableError(f"{wanted['RouteKey']} leads nowhere")
    return {key: found.get(key) for key in ("RouteKey", "AuthorizationType", "AuthorizerId", "AuthorizationScopes")}


def http_stage(clients: Clients, name: str, wanted: Properties) -> Properties:
    """Read an AWS::ApiGatewayV2::Stage."""
    found = clients("apigatewayv2").get_stage(ApiId=wanted["ApiId"], StageName=name)
    return {key: found.get(key) for key in ("AutoDeploy", "DefaultRouteSettings", "AccessLogSettings")}


def distribution(clients: Clients, distribution_id: str, wanted: Properties) -> Properties:
    """Read an AWS::CloudFront::Distribution: each path's origin, methods and policies are as they were to be."""
    found = clients("cloudfront").get_distribution_config(Id=distribution_id)["DistributionConfig"]
    config = wanted["DistributionConfig"]
    told = {behaviour["PathPattern"]: behaviour for behaviour in found.get("CacheBehaviors", {}).get("Items", [])}
    wished = {behaviour["PathPattern"]: behaviour for behaviour in config.get("CacheBehaviors", [])}
    for path, behaviour in {"*": config["DefaultCacheBehavior"], **wished}.items():
        has = found["DefaultCacheBehavior"] if path == "*" else told.get(path, {})
        for name in ("TargetOriginId", "CachePolicyId", "ViewerProtocolPolicy"):
            if behaviour[name] != has.get(name):
                raise UnusableError(f"{path} has another {name}: {has.get(name)}")
        if set(behaviour["AllowedMethods"]) != set(has["AllowedMethods"]["Items"]):
            raise UnusableError(f"{path} allows other methods: {has['AllowedMethods']['Items']}")
    origins = {origin["Id"] for origin in found["Origins"]["Items"]}
    if origins != {origin["Id"] for origin in config["Origins"]}:
        raise UnusableError(f"it has other origins: {sorted(origins)}")
    return {}


def origin_access(clients: Clients, access_id: str, _wanted: Properties) -> Properties:
    """Read an AWS::CloudFront::OriginAccessControl."""
    found = clients("cloudfront").get_origin_access_control(Id=access_id)["OriginAccessControl"]
    return dict(found)


def response_headers(clients: Clients, policy_id: str, wanted: Properties) -> Properties:
    """Read an AWS::CloudFront::ResponseHeadersPolicy: every header that was to be sent."""
    found = clients("cloudfront").get_response_headers_policy(Id=policy_id)["ResponseHeadersPolicy"]
    config, wished = found["ResponseHeadersPolicyConfig"], wanted["ResponseHeadersPolicyConfig"]
    missing = wished["SecurityHeadersConfig"].keys() - config.get("SecurityHeadersConfig", {}).keys()
    sent = {item["Header"] for item in config.get("CustomHeadersConfig", {}).get("Items", [])}
    missing |= {item["Header"] for item in wished["CustomHeadersConfig"]["Items"]} - sent
    if missing:
        raise UnusableError(f"it does not send {', '.join(sorted(missing))}")
    return {}


def console_files(clients: Clients, _id: str, wanted: Properties) -> Properties:
    """Look for what Custom::ConsoleFiles publishes."""
    objects = clients("s3").list_objects_v2(Bucket=wanted["Bucket"]).get("Contents", [])
    missing = {"index.html", "config.json"} - {entry["Key"] for entry in objects}
    if missing:
        raise UnusableError(f"the console's bucket lacks {', '.join(sorted(missing))}")
    return {}


def layer(clients: Clients, arn: str, _wanted: Properties) -> Properties:
    """Read an AWS::Lambda::LayerVersion."""
    found = clients("lambda").get_layer_version_by_arn(Arn=arn)
    if not found["Content"].get("CodeSize"):
        raise UnusableError("it is empty")
    return {"CompatibleRuntimes": found.get("CompatibleRuntimes")}


def invoke_config(clients: Clients, _id: str, wanted: Properties) -> Properties:
    """Read an AWS::Lambda::EventInvokeConfig: how often, and how late, an event is tried again."""
    named = {"FunctionName": wanted["FunctionName"], "Qualifier": wanted["Qualifier"]}
    found = clients("lambda").get_function_event_invoke_config(**named)
    return {key: found.get(key) for key in ("MaximumRetryAttempts", "MaximumEventAgeInSeconds")}


def mapping(clients: Clients, uuid: str, _wanted: Properties) -> Properties:
    """Read an AWS::Lambda::EventSourceMapping."""
    found = clients("lambda").get_event_source_mapping(UUID=uuid)
    if found["State"] not in ("Enabled", "Creating", "Enabling"):
        raise UnusableError(f"it is {found['State']}")
    return {"MetricsConfig": None} | found | {"FunctionName": found["FunctionArn"].rpartition(":")[2]}


def log_group(clients: Clients, name: str, _wanted: Properties) -> Properties:
    """Read an AWS::Logs::LogGroup."""
    groups = clients("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    for found in groups:
        if found["logGroupName"] == name:
            return {"RetentionInDays": found.get("retentionInDays"), "KmsKeyId": found.get("kmsKeyId")}
    raise UnusableError("it does not exist")


def alarm(clients: Clients, name: str, _wanted: Properties) -> Properties:
    """Read an AWS::CloudWatch::Alarm."""
    found = clients("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    if not found:
        raise UnusableError("it does not exist")
    return {"Metrics": None, "MetricName": None} | found[0]


def dashboard(clients: Clients, name: str, _wanted: Properties) -> Properties:
    """Read an AWS::CloudWatch::Dashboard."""
    json.loads(clients("cloudwatch").get_dashboard(DashboardName=name)["DashboardBody"])
    return {}


def machine(clients: Clients, arn: str, _wanted: Properties) -> Properties:
    """Read an AWS::StepFunctions::StateMachine."""
    found = clients("stepfunctions").describe_state_machine(stateMachineArn=arn)
    if "${" in found["definition"]:
        raise UnusableError("its definition has substitutions that nobody made")
    logging = found.get("loggingConfiguration") or {}
    return {
        "StateMachineType": found["type"],
        "LoggingConfiguration": {key[:1].upper() + key[1:]: value for key, value in logging.items()},
    }


def rule(clients: Clients, name: str, _wanted: Properties) -> Properties:
    """Read an AWS::Events::Rule."""
    events = clients("events")
    found = events.describe_rule(Name=name)
    return {
        "EventPattern": json.loads(found["EventPattern"]),
        "State": found["State"],
        "Targets": events.list_targets_by_rule(Rule=name)["Targets"],
    }


def schedule(clients: Clients, name: str, wanted: Properties) -> Properties:
    """Read an AWS::Scheduler::Schedule."""
    return dict(clients("scheduler").get_schedule(Name=name, GroupName=wanted["GroupName"]))


def schedule_group(clients: Clients, name: str, _wanted: Properties) -> Properties:
    """Read an AWS::Scheduler::ScheduleGroup."""
    return dict(clients("scheduler").get_schedule_group(Name=name))


def role(clients: Clients, name: str, wanted: Properties) -> Properties:
    """Read an AWS::IAM::Role."""
    iam = clients("iam")
    iam.get_role(RoleName=name)
    names = [policy["PolicyName"] for policy in wanted.get("Policies", [])]  # other resources may add to them
    return {"Policies": [iam.get_role_policy(RoleName=name, PolicyName=policy) for policy in names]}


def topic(clients: Clients, arn: str, _wanted: Properties) -> Properties:
    """Read an AWS::SNS::Topic."""
    return {"KmsMasterKeyId": clients("sns").get_topic_attributes(TopicArn=arn)["Attributes"].get("KmsMasterKeyId")}


def queue(clients: Clients, url: str, _wanted: Properties) -> Properties:
    """How long it keeps messages, and with what key."""
    found = clients("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return {
        "MessageRetentionPeriod": int(found.get("MessageRetentionPeriod", 0)),
        "KmsMasterKeyId": found.get("KmsMasterKeyId"),
    }


def topic_policy(clients: Clients, _id: str, wanted: Properties) -> Properties:
    """Read an AWS::SNS::TopicPolicy."""
    attributes = clients("sns").get_topic_attributes(TopicArn=wanted["Topics"][0])["Attributes"]
    return {"PolicyDocument": json.loads(attributes.get("Policy", "{}"))}


def key(clients: Clients, key_id: str, _wanted: Properties) -> Properties:
    """Read an AWS::KMS::Key."""
    return {"EnableKeyRotation": clients("kms").get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"]}


def key_alias(clients: Clients, name: str, wanted: Properties) -> Properties:
    """Read an AWS::KMS::Alias."""
    found = clients("kms").describe_key(KeyId=name)["KeyMetadata"]["KeyId"]
    return {"TargetKeyId": wanted["TargetKeyId"] if str(wanted["TargetKeyId"]).endswith(found) else found}


def package_group(clients: Clients, arn: str, _wanted: Properties) -> Properties:
    """Read an AWS::SageMaker::ModelPackageGroup."""
    return dict(clients("sagemaker").describe_model_package_group(ModelPackageGroupName=arn.rpartition("/")[2]))


def training_code(clients: Clients, _id: str, wanted: Properties) -> Properties:
    """Look for what Custom::TrainingCode publishes."""
    objects = clients("s3").list_objects_v2(Bucket=wanted["Bucket"], Prefix="code/").get("Contents", [])
    if not any(entry["Key"].endswith("/sourcedir.tar.gz") for entry in objects):
        raise UnusableError("the training programs are not in the models bucket")
    return {}


def subscription(clients: Clients, arn: str, _wanted: Properties) -> Properties:
    """Read an AWS::SNS::Subscription."""
    found = clients("sns").get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    policy = found.get("FilterPolicy") or "{}"
    return {"FilterPolicy": json.loads(policy) if isinstance(policy, str) else policy}


def exists(_clients: Clients, _id: str, _wanted: Properties) -> Properties:
    """Trust CloudFormation that a resource is there: nothing here depends on its properties."""
    return {}


def _or_none(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except ClientError as error:
        if error.response["Error"]["Code"].startswith("NoSuch"):
            return None
        raise
