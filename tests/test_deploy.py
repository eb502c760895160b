"""The examples in deploy/ are what Compose and Kubernetes take, and name what this package has."""

from __future__ import annotations

import compose_spec
import kubernetes_validate
import pytest
import yaml

from qa import __version__
from qa.cli import _parser
from qa.milvus.address import MilvusAddress
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE = (DEPLOY / "docker-compose.yml").read_text(encoding="utf-8")
KUBERNETES = sorted((DEPLOY / "kubernetes").glob("*.yaml"))


def check(text: str) -> None:
    options = compose_spec.PyOptions()
    options.apply_merge = True
    found = options.from_yaml(text)
    found.validate_networks()
    found.validate_volumes()


def test_the_compose_file_follows_the_specification():
    check(COMPOSE)


def test_the_check_of_compose_files_would_find_a_mistake():
    wrong = COMPOSE.replace("depends_on: [scheduler]", "depends_on: 7")
    with pytest.raises(Exception, match="depends_on|invalid|expected"):
        check(wrong)


def test_published_ports_are_this_machines_only():
    services = yaml.safe_load(COMPOSE)["services"]
    published = [port for each in services.values() for port in each.get("ports", [])]
    assert published == ["127.0.0.1:7860:7860"]


@pytest.mark.parametrize("path", KUBERNETES, ids=lambda path: path.name)
def test_kubernetes_objects_follow_their_schemas(path):
    found = list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
    assert found
    for each in found:
        kubernetes_validate.validate(each, "1.31", strict=True)


def test_the_check_of_kubernetes_objects_would_find_a_mistake():
    [_, deployment, _] = yaml.safe_load_all((DEPLOY / "kubernetes" / "article-qa.yaml").read_text())
    deployment["spec"]["replica"] = 2
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(deployment, "1.31", strict=True)


def commands():
    for service in yaml.safe_load(COMPOSE)["services"].values():
        yield service.get("command")
    for path in KUBERNETES:
        for each in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            template = each["spec"].get("template")
            for container in template["spec"]["containers"] if template else ():
                yield container.get("args")


def test_the_commands_are_ours_and_so_are_the_names():
    served = [c[1:] for c in commands() if isinstance(c, list) and c[0] == "qa"]
    assert len(served) == 2
    for arguments in served:
        options = _parser().parse_args(arguments)
        assert options.index == MilvusAddress("http://milvus:19530", "news")
    assert f"image: article-qa:{__version__}" in COMPOSE
