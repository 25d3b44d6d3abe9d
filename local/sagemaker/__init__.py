"""SageMaker for the embedded AWS: jobs, endpoints and registry, as one process of its own.

Jobs are subprocesses which run the real training scripts under the container's conventions; an endpoint is
a real HTTP server process with the model's own ``code/inference.py``. The process speaks SageMaker's wire
protocol, so the plugin inside the embedded AWS only forwards. Standard library only.
"""
