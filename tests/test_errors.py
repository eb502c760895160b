from __future__ import annotations

import inspect

import pytest

import qa
from qa import errors

CLASSES = [c for _, c in inspect.getmembers(errors, inspect.isclass) if c.__module__ == "qa.errors"]


def test_the_tree_is_the_one_drawn_in_the_docstring():
    drawn = [line for line in errors.__doc__.splitlines() if "Error" in line and "  " in line]
    names = [line.strip(" ├└─").split()[0] for line in drawn]
    assert names[0] == "QAError"
    assert sorted(names) == sorted(c.__name__ for c in CLASSES)
    assert len(names) == len(set(names))


@pytest.mark.parametrize("error", CLASSES)
def test_all_are_one_level_below_the_base_and_public(error):
    assert error.__bases__ == ((Exception,) if error is errors.QAError else (errors.QAError,))
    assert getattr(qa, error.__name__) is error
    assert error.__doc__


def test_a_reading_error_keeps_its_reason_apart_from_its_line():
    told = errors.ReadingError("no body", line=7)
    assert (str(told), told.reason, told.line) == ("line 7: no body", "no body", 7)
    untold = errors.ReadingError("empty")
    assert (str(untold), untold.reason, untold.line) == ("empty", "empty", None)
