"""How good the model is: the Handbook's protocol with this project's own programs, and what it costs to be so good."""
