"""Builds the Lambda layers: `python -m layers.maker`, called by the makefiles that `sam build` runs.

Standard library only, and any Python from 3.11: what builds a layer need not be what runs it.
"""
