"""Fraudstream's shared layer: one definition of contract, histories, features, rules and pipeline."""
