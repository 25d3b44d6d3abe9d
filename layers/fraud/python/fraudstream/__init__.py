"""Fraudstream's shared layer: one definition of the contract, the histories, the features, the rules and the pipeline."""
