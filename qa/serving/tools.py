"""The operations as tools for language models (Model Context Protocol), by HTTP or stdio."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field, ValidationError

from qa import __version__
from qa.errors import InputError, QAError
from qa.serving.endpoints import Endpoints
from qa.serving.operations import Operation, Parameter, misfits

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer
    from starlette.applications import Starlette

PATH: Final = "/mcp"
INSTRUCTIONS: Final = (
    "An archive of articles. `ask` answers a question with verbatim quotes from the articles, each "
    "with its source, or says that the archive does not hold the answer: then do not answer from "
    "elsewhere as if it did. Quote what is quoted, and cite title, publisher and date. `search` "
    "finds passages, `article` reads one whole, `articles` lists them."
)


def make_tools(endpoints: Endpoints) -> MCPServer:
    """The server of the tools.

    Raises:
        InputError: The `mcp` package is not installed.
    """
    try:
        from mcp.server.mcpserver import MCPServer
        from mcp.server.mcpserver.exceptions import ToolError
        from mcp.types import ToolAnnotations
    except ImportError as error:
        raise InputError(
            "tools for language models need the mcp package; pip install 'article-qa[mcp]'"
        ) from error

    operations = {found.name: found for found in endpoints.operations()}

    class Tools(MCPServer):
        """Refuses in one line what it is called with wrongly; by itself it drops or recites it."""

        async def call_tool(self, name: str, arguments: dict[str, Any], context: Any = None) -> Any:  # noqa: ANN401
            try:
                if found := operations.get(name):
                    found.check_names(arguments)
                return await super().call_tool(name, arguments, context)
            except InputError as error:
                raise ToolError(str(error)) from error
            except ToolError as error:
                if isinstance(error.__cause__, ValidationError):
                    raise ToolError(misfits(error.__cause__.errors())) from error
                raise

    server = Tools("article-qa", instructions=INSTRUCTIONS, version=__version__, log_level="ERROR")
    for found in operations.values():
        server.add_tool(
            _tool(found),
            name=found.name,
            description=found.about,
            annotations=ToolAnnotations(
                read_only_hint=not found.writes,
                destructive_hint=found.name == "delete",
                open_world_hint=endpoints.options.allow_url and found.name in ("add", "fetch"),
            ),
        )
    return server


def tools_app(server: MCPServer) -> Starlette:
    """The tools by HTTP, at `PATH`. Host and origin are checked before, by `qa.serving.guard`."""
    from mcp.server.transport_security import TransportSecuritySettings

    unchecked = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    return server.streamable_http_app(
        streamable_http_path=PATH,
        stateless_http=True,
        json_response=True,
        transport_security=unchecked,
    )


def _tool(found: Operation) -> Callable[..., Any]:
    from mcp.server.mcpserver.exceptions import ToolError

    @wraps(found.run)
    def tool(**arguments: Any) -> Any:  # noqa: ANN401
        try:
            return found.run(**arguments)
        except QAError as error:  # for the model to read, and to ask otherwise
            raise ToolError(str(error)) from error

    def annotated(parameter: Parameter) -> Any:  # noqa: ANN401
        return Annotated[parameter.type, Field(description=parameter.about)]

    signature = found.described(annotated, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    tool.__signature__ = signature  # type: ignore[attr-defined]
    tool.__annotations__ = {p.name: p.annotation for p in signature.parameters.values()}
    tool.__annotations__["return"] = found.returns
    del tool.__wrapped__  # its annotations would be read instead
    return tool
