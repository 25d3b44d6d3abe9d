"""The HTTP API described: one table of routes, from which the OpenAPI document and the page's table are made."""
