"""What the code promises of itself: public names, docstrings, frozen records, small files."""

from __future__ import annotations

import ast
import dataclasses
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest

import qa
from qa import records
from qa.cli import _parser, main

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "qa").rglob("*.py"))
MAX_LINES = 400


def test_public_names_are_those_listed_and_documented():
    assert sorted(qa.__all__) == sorted(qa._MODULE_OF)
    for name in qa.__all__:
        assert getattr(qa, name).__doc__, name
    code = "import qa; print(*dir(qa))"  # where nothing is loaded yet
    listed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert set(qa.__all__) <= set(listed.stdout.split())
    module = ast.parse(Path(qa.__file__).read_text(encoding="utf-8"))
    functions = {node.name for node in module.body if isinstance(node, ast.FunctionDef)}
    assert functions == {"__dir__"}  # with `__getattr__` type checkers take any name for one


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_modules_are_small_and_documented(path):
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= MAX_LINES
    assert ast.get_docstring(ast.parse(source)), path


def test_records_are_frozen_and_slotted():
    classes = [c for c in vars(records).values() if dataclasses.is_dataclass(c)]
    assert len(classes) >= 8
    for record in classes:
        assert record.__dataclass_params__.frozen, record
        assert "__slots__" in vars(record), record


def test_what_an_answer_is_made_of_is_public_and_may_be_kept_in_sets(archive):
    answer = archive.ask("How many homes lost power in Storm Brannoc?", explain=True)
    again = pickle.loads(pickle.dumps(answer))
    kept = {answer, *answer.citations, *answer.passages, *answer.differing, *archive.articles()}
    assert kept > {again, *again.citations, *again.passages, *again.differing}
    assert {each.article for each in answer.citations} <= kept
    assert {archive.verify()} == {archive.verify()}
    assert {type(each).__name__ for each in kept} <= {*qa.__all__}


def test_every_command_and_option_has_help_and_the_readme_names_every_command():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [commands] = [a for a in _parser()._actions if a.choices]
    for name, command in commands.choices.items():
        assert f"qa {name}" in readme, name
        assert command.description
        for action in command._actions:
            assert action.help, (name, action)


def test_the_readme_python_example_runs(tmp_path, monkeypatch, capsys):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "corpus").symlink_to(ROOT / "corpus")
    exec(compile(example, "README.md", "exec"), {})
    assert "[1] " in capsys.readouterr().out


def test_the_readme_answer_is_what_is_printed(archive, capsys):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    question, shown = re.findall(r'\$ qa ask "(.*?)"\n(.*?)\n\n', readme, re.DOTALL)[0]
    assert main(["ask", question, "--index", str(archive.index.absolute())]) == 0
    printed, _, _ = capsys.readouterr().out.partition("\n\n")
    assert printed.split() == shown.split()
