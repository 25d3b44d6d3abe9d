"""Stories told over the whole embedded stack: what happens, what was expected, what was seen, and a picture of it."""
