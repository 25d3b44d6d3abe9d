"""For people who operate a deployed stack, on AWS or in the embedded AWS: `python -m operate <command>`."""
