"""`qa serve`, `qa mcp`, `qa user`: the web page with its API, tools for language models, users."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from qa.commands.shared import OK, AddCommand, add_corpus, drop_output, path
from qa.errors import InputError

USERS = Path("qa-users.json")


def add(command: AddCommand) -> None:
    """Add the commands."""
    served = command("serve", serve, "serve the web page, the HTTP API and the tools")
    add_corpus(served)
    flag = served.add_argument
    flag("--host", default="127.0.0.1", help="address; default: 127.0.0.1, this machine only")
    flag("--port", type=int, help="port; default: 7860, or the next free one")
    flag(
        "--auth", type=path, metavar="FILE", help="let in the users of this file: qa user add NAME"
    )
    flag("--auth-header", metavar="NAME", help="the header in which a proxy names the user")
    flag(
        "--trusted-proxy",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="address or network of a proxy that is believed; may be given several times",
    )
    flag("--read-only", action="store_true", help="refuse whatever would change the archive")
    flag("--root-path", default="", metavar="PATH", help="the path a proxy serves this under")
    flag("--allow-public", action="store_true", help="serve other machines without signing in")
    flag(
        "--allowed-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a host name to answer to besides localhost; may be given several times",
    )
    flag("--allow-url", action="store_true", help="add pages by address, which are fetched")
    flag("--mcp", action="store_true", help="serve the tools for language models, at /mcp")

    tools = command("mcp", mcp, "serve the tools for language models on standard input and output")
    add_corpus(tools)
    tools.add_argument("--read-only", action="store_true", help="leave out the tools that write")

    users = command("user", user, "add, remove or list the users who may sign in", has_index=False)
    users.add_argument("action", choices=["add", "remove", "list"], help="what to do")
    users.add_argument("name", nargs="?", metavar="NAME", help="the user to add or remove")
    users.add_argument(
        "--auth", type=path, default=USERS, metavar="FILE", help=f"the users; default: {USERS}"
    )


def serve(options: argparse.Namespace) -> int:
    """Serve the page."""
    if options.corpus.exists() and not options.corpus.is_dir():
        raise InputError(f"{options.corpus} is not a folder; name the folder: --corpus DIR")
    from qa.serving.options import Options
    from qa.settings import Settings
    from qa.web.server import serve

    serve(
        corpus=options.corpus,
        index=options.index,
        settings=Settings.load(options.settings),
        host=options.host,
        port=options.port,
        options=Options(
            auth=options.auth,
            auth_header=options.auth_header,
            trusted_proxies=tuple(options.trusted_proxy),
            read_only=options.read_only,
            root_path=options.root_path,
            allow_public=options.allow_public,
            allowed_hosts=tuple(options.allowed_host),
            mcp=options.mcp,
            allow_url=options.allow_url,
        ),
    )
    return OK


def mcp(options: argparse.Namespace) -> int:
    """Serve the tools on standard input and output, until it ends."""
    from qa.archive import Archive
    from qa.serving.endpoints import Endpoints
    from qa.serving.metrics import MeasuredArchive, Metrics
    from qa.serving.options import Options
    from qa.serving.syncing import Syncing
    from qa.serving.tools import make_tools
    from qa.settings import Settings

    archive = Archive.open(options.index, Settings.load(options.settings))
    archive = MeasuredArchive(archive, Metrics())  # which syncs it apart
    syncing = Syncing(archive, options.corpus)
    endpoints = Endpoints(archive, options.corpus, syncing, Options(read_only=options.read_only))
    server = make_tools(endpoints)
    if sys.stdin is not None and sys.stdin.isatty():
        told = "speaking MCP on standard input and output, for a client that starts this command"
        print(f"{told}; Ctrl-C ends it", file=sys.stderr)
    # Waiting for a line of standard input is not interrupted but by the system.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        server.run("stdio")
    except* BrokenPipeError:  # the client has gone
        drop_output()
    return OK


def user(options: argparse.Namespace) -> int:
    """Add, remove or list users."""
    from qa.serving.accounts import Accounts, check_name

    accounts = Accounts(options.auth)
    if options.action == "list":
        print(
            "\n".join(accounts.names()) or f"no users; run: qa user add NAME --auth {options.auth}"
        )
        return OK
    if not options.name:
        raise InputError(f"name the user: qa user {options.action} NAME")
    if options.action == "remove":
        accounts.remove(options.name)
        print(f"removed {options.name} from {options.auth}")
        return OK
    check_name(options.name)  # before a password is typed twice for it
    is_new = accounts.add(options.name, _password())
    print(f"{'added' if is_new else 'changed the password of'} {options.name} in {options.auth}")
    return OK


def _password() -> str:
    """A password, typed twice on a terminal, or a line of standard input.

    Raises:
        InputError: There is none, it is no text, or the two differ.
    """
    import getpass

    if sys.stdin is None:
        raise InputError("standard input is closed; write: qa user add NAME < password.txt")
    try:
        if not sys.stdin.isatty():
            return sys.stdin.readline().rstrip("\n")
        password = getpass.getpass("Password: ")
        again = getpass.getpass("Again: ")
    except EOFError as error:  # Ctrl-D
        print(file=sys.stderr)
        raise InputError("no password was typed; run the command again") from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"the password is not {sys.stdin.encoding} text; convert it with iconv"
        ) from error
    if again != password:
        raise InputError("the two passwords differ; run the command again")
    return password
