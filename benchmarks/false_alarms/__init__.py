"""How often drift and spikes are called where there are none, and how often they are found where there are some."""
