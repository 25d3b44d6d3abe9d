"""What runs inside the embedded AWS: forwards SageMaker's calls and teaches it the integrations."""
