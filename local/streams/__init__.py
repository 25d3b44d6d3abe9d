"""The Kinesis event source mapping of AWS Lambda, for the embedded AWS.

On AWS a fleet inside Lambda reads the shards and calls the function. Here a process of its own does, through
public Kinesis, Lambda, S3, SQS, SNS and CloudWatch calls only, so that it works with whatever answers them.

The judgement is pure and apart from the calls: `batches` (when a batch is full), `answers` (what a function's
answer means), `retries` (what to do next), `progress` (how far the checkpoint may move), `lineage` (which shard
may start), `filters` and `failures`. `worker` ties them together for one shard, `supervisor` for all mappings.
"""
