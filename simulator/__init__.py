"""Simulated card transactions: cards, terminals, four fraud patterns, late labels; the same seed, the same bytes."""

from simulator.settings import Settings, Shift
from simulator.simulate import Simulation, simulate

__all__ = ["Settings", "Shift", "Simulation", "simulate"]
