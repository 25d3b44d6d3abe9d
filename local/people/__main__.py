"""Run issuer and door until stopped: `python -m local.people --port N --door-port N --aws-port N --state DIR`."""

import argparse
import signal
import sys
import threading
import time
from pathlib import Path

from local.people.distributions import finder
from local.people.door import Door
from local.people.issuer import TOKEN_SECONDS, Issuer
from local.people.persons import AUDIENCE
from local.people.serving import make_server
from local.people.tokens import KEY_FILE, TokenKey


def main(arguments: list[str] | None = None) -> int:
    """Answer until SIGTERM or SIGINT; return 0."""
    parser = argparse.ArgumentParser(prog="python -m local.people", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="of the issuer")
    parser.add_argument("--door-port", type=int, required=True, help="of the door to the console")
    parser.add_argument("--aws-port", type=int, required=True, help="of the embedded AWS")
    parser.add_argument("--state", type=Path, required=True, help="directory for the key that signs tokens")
    parser.add_argument("--token-seconds", type=int, default=TOKEN_SECONDS, help="how long tokens are good (3600)")
    options = parser.parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    issuer = Issuer(
        url=f"http://127.0.0.1:{options.port}",
        client_id=AUDIENCE,
        page_origin=f"http://127.0.0.1:{options.door_port}",
        key=TokenKey.kept_in(options.state / KEY_FILE),
        clock=time.monotonic,
        now=time.time,
        token_seconds=options.token_seconds,
    )
    door = Door(port=options.aws_port, find=finder(options.aws_port))
    servers = [make_server(options.port, issuer.answer), make_server(options.door_port, door.answer)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    stop.wait()
    for server in servers:
        server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
