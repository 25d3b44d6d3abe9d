"""Scanners of the template and the code, run over what is deployed: nothing found, and every skip explained."""
