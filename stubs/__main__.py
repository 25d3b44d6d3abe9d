"""`python -m stubs --port 0`: serve until stdin closes, so that it never outlives who started it."""

import argparse
import asyncio
import sys

from stubs.memory import MemoryAws
from stubs.server import serve


async def main() -> None:
    """Print where it listens once it does, and wait for the end of stdin."""
    parser = argparse.ArgumentParser(prog="python -m stubs", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--table", action="append", default=[], metavar="NAME=KEY[,SORT]", help="a table to begin with")
    parser.add_argument("--index", action="append", default=[], metavar="TABLE/NAME=KEY,SORT", help="of keys alone")
    parser.add_argument("--bucket", action="append", default=[], help="a bucket to begin with")
    arguments = parser.parse_args()
    aws = MemoryAws()
    for table in arguments.table:
        name, _, key = table.partition("=")
        aws.create_table(name, *key.split(","), indexes=_indexes(arguments.index, name))
    for bucket in arguments.bucket:
        aws.create_bucket(bucket)
    server = await serve(aws, arguments.port)
    print(f"ready http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)


def _indexes(given: list[str], table: str) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for text in given:
        name, _, key = text.partition("=")
        of, _, index = name.partition("/")
        if of == table:
            partition, _, sort = key.partition(",")
            found[index] = (partition, sort)
    return found


if __name__ == "__main__":
    asyncio.run(main())
