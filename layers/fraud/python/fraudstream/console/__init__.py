"""What the console's pages are told, as types: from them the description of the HTTP API is made."""
