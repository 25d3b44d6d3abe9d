"""The only place that knows AWS: ports of the core over boto3 clients, which each adapter receives ready made."""
