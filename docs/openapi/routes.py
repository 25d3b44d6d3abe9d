"""The table of routes, of all functions that answer them. A test holds template and handlers to it."""

from docs.openapi import serve_api, serve_console, serve_rules
from docs.openapi.route import Route

ROUTES: tuple[Route, ...] = (*serve_api.ROUTES, *serve_console.ROUTES, *serve_rules.ROUTES)
