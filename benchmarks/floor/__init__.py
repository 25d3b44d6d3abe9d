"""A floor: what the requests of a batch cost when they are written by hand. Not for production.

Raw sockets, HTTP/1.1 with the connection kept, bytes prepared beforehand, signatures made here. No retries, no
throttling, no timeouts, no proxies, no TLS, no refreshed credentials: what boto3 is for. It runs the project's own
core, so that what stands above the floor is the cost of boto3, the adapters, logs and metrics.
"""
