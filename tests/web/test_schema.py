"""What the API says of its answers is what they are: each is held against its schema."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from .conftest import Site
from .test_server import http, raw

QUESTION = "How many homes were left without electricity, and how did the councillors vote?"


@pytest.fixture(scope="module")
def described(site: Site) -> dict[str, Any]:
    _, found = http(site, "/api/openapi.json")
    assert isinstance(found, dict)
    return found


def closed(schema: Any) -> Any:
    """The schema with nothing allowed that it does not name."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: closed(value) for key, value in schema.items()}
    if "properties" in found:
        found["additionalProperties"] = False
    return found


def check(
    described: dict[str, Any], path: str, method: str, status: int | str, answer: Any
) -> None:
    content = described["paths"][path][method]["responses"][str(status)]["content"]
    schema = content["application/json"]["schema"]
    jsonschema.validate(answer, closed({**schema, "components": described["components"]}))


def test_answers_are_what_the_schema_says(site: Site, described: dict[str, Any]) -> None:
    article = site.archive.articles()[0].id
    news = "Otter seen at weir\n\nAn otter was seen at the weir of Oldport on Monday morning.\n"
    for name, body in (
        ("ask", {"question": QUESTION}),
        ("ask", {"question": "Who won the chess championship?"}),
        ("search", {"question": "ferry publisher:harbour", "explain": True}),
        ("article", {"article_id": article}),
        ("articles", {"limit": 2}),
        ("status", {}),
        ("fetch", {"url": "http://127.0.0.1/"}),
        ("add", {"text": news, "name": "otter.txt"}),
        ("add", {"text": "", "name": "empty.exe"}),
        ("sync", {}),
    ):
        path = f"/api/v1/{name}"
        status, answer = http(site, path, body)
        assert status == 200, answer
        check(described, path, "post", 200, answer)
        if "get" in described["paths"][path] and name in ("article", "articles", "status"):
            check(described, path, "get", 200, answer)
    [otter] = [a for a in site.archive.articles() if a.title == "Otter seen at weir"]
    for name in ("delete", "restore", "delete"):
        status, answer = http(site, f"/api/v1/{name}", {"article_id": otter.id})
        check(described, f"/api/v1/{name}", "post", status, answer)
    check(described, "/health", "get", 200, http(site, "/health")[1])


def test_errors_are_what_the_schema_says(site: Site, described: dict[str, Any]) -> None:
    for path, methods in described["paths"].items():
        if path.startswith("/api/v1/"):
            for method in methods.values():
                assert set(method["responses"]) == {"200", "4XX", "5XX"}, path
    with raw(site, "/api/v1/article?article_id=ffffffffffff", "GET") as answer:
        told = json.loads(answer.read())
    check(described, "/api/v1/article", "get", "4XX", told)
    original = described["paths"]["/api/v1/original"]["get"]["responses"]["200"]
    assert list(original["content"]) == ["application/octet-stream"]


def test_no_answer_is_a_plain_object(described: dict[str, Any]) -> None:
    plain = [
        path
        for path, methods in described["paths"].items()
        for method in methods.values()
        for status, told in method["responses"].items()
        if path.startswith("/api/v1/") and path != "/api/v1/original"
        for schema in [told["content"]["application/json"]["schema"]]
        if "$ref" not in schema and "$ref" not in schema.get("items", {})
    ]
    assert plain == []
    with pytest.raises(jsonschema.ValidationError):
        check(described, "/api/v1/sync", "post", 200, {"generation": 1})
