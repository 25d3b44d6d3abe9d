"""Rules of the state machines in `statemachines/`."""
