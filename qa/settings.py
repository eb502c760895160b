"""Settings: one frozen record, read from `qa.toml` where there is one."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from qa.errors import InputError
from qa.passages import PassageSize
from qa.replacing import replacing

PACKAGED_MODEL = "all-MiniLM-L6-v2"
"""The default model: installed with the package, needs no network."""

ENCODING = "utf-8-sig"
"""Some editors of Windows put a mark of the encoding in front."""

FusionMethod = Literal["convex", "rrf"]
LexicalEngine = Literal["auto", "rank-bm25", "inverted"]
VectorEngine = Literal["auto", "exact"]
ReaderName = Literal["packaged", "off"]

_CHOICES = {
    "fusion": FusionMethod,
    "lexical_engine": LexicalEngine,
    "vector_engine": VectorEngine,
    "reader": ReaderName,
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a user can set. The first group is built into an index: changing it re-embeds.

    Attributes:
        model: "all-MiniLM-L6-v2" (packaged), or any sentence-transformers model by name or path.
        passage_words: The length a passage is cut to, in words; see `docs/quality.md`.
        overlap_sentences: Sentences that two neighbouring passages share.
        fusion: "convex" (min-max normalised, weighted) or "rrf" (reciprocal rank fusion).
        dense_weight: Share of the dense arm in convex fusion, 0 to 1. On the sets measured the
            best is .5 to .6 and flat around it.
        depth: How many passages each arm hands to the fusion.
        late_weight: Share of late interaction in the score of the first passages, 0 to 1; 0 leaves
            it out. Flat from .35 to .7 on the sets measured (`docs/quality.md`).
        rerank_depth: How many passages are scored by late interaction, or by the reranker. More
            than 30 gain nothing from late interaction.
        reranker: A sentence-transformers cross-encoder by name or path, which scores the first
            passages in the place of late interaction and with more weight; "" is none.
        answer_threshold: Confidence below which the archive is said not to hold the answer, 0 to 1;
            None is the one that was fitted with the packaged weights.
        lexical_engine: "rank-bm25", "inverted" (an inverted index; the same scores), or "auto":
            rank-bm25 for small archives, the inverted index for others.
        vector_engine: "exact" compares every vector; "auto" does so in small archives and looks
            through the nearest clusters in large ones.
        index: Where the index lies: a folder, or a server: "milvus://host:19530/name". `--index`
            and what a program names come first.
        reader: "packaged" reads the best passages together with the question before one is quoted
            (`qa.answering.reader`), where the model is the packaged one; "off" leaves it out.
    """

    model: str = PACKAGED_MODEL
    passage_words: int = 90
    overlap_sentences: int = 0
    fusion: FusionMethod = "convex"
    dense_weight: float = 0.5
    depth: int = 100
    late_weight: float = 0.45
    rerank_depth: int = 30
    reranker: str = ""
    answer_threshold: float | None = None
    lexical_engine: LexicalEngine = "auto"
    vector_engine: VectorEngine = "auto"
    index: str = "index"
    reader: ReaderName = "packaged"

    def __post_init__(self) -> None:
        """Check every value.

        Raises:
            InputError: A value is out of its range; the message names it.
        """
        if not isinstance(self.index, str) or not self.index.strip():
            raise InputError(f"index must be a folder or an address, not {self.index!r}")
        if not isinstance(self.model, str) or not self.model.strip():
            raise InputError(f"model must be a name or a folder, not {self.model!r}")
        _check("passage_words", self.passage_words, 20, 150)
        _check("overlap_sentences", self.overlap_sentences, 0, 5)
        _check("dense_weight", self.dense_weight, 0.0, 1.0)
        _check("depth", self.depth, 1, 10_000)
        _check("late_weight", self.late_weight, 0.0, 1.0)
        _check("rerank_depth", self.rerank_depth, 1, 1_000)
        if not isinstance(self.reranker, str):
            raise InputError(f'reranker must be a name, a folder or "", not {self.reranker!r}')
        if self.answer_threshold is not None:
            _check("answer_threshold", self.answer_threshold, 0.0, 1.0)
        for name, kind in _CHOICES.items():
            if getattr(self, name) not in get_args(kind):
                given = getattr(self, name)
                raise InputError(f"{name} must be one of {get_args(kind)}, not {given!r}")

    @property
    def reads(self) -> bool:
        """Whether the best passages are read together with the question."""
        return self.reader == "packaged" and self.model == PACKAGED_MODEL

    @property
    def passage_size(self) -> PassageSize:
        """How passages are cut."""
        return PassageSize(self.passage_words, self.overlap_sentences)

    def written_to(self, file: Path, values: dict[str, float]) -> None:
        """Write some values into a settings file; what else stands in it stays as it is.

        Args:
            file: Made where there is none.
            values: By name.

        Raises:
            InputError: A value is out of range, or the file cannot be written.
        """
        replace(self, **values)  # type: ignore[arg-type]
        try:
            lines = file.read_text(encoding=ENCODING).splitlines() if file.exists() else []
            for name, value in values.items():
                line = f"{name} = {value}"
                places = [n for n, old in enumerate(lines) if re.match(rf"\s*{name}\s*=", old)]
                if places:
                    comment = re.search(r"\s+#.*$", lines[places[0]])
                    lines[places[0]] = line + (comment.group() if comment else "")
                else:
                    lines.append(line)
            with replacing(file.resolve()) as written:  # of a link, what it leads to
                written.write(("\n".join(lines) + "\n").encode())
        except OSError as error:
            raise InputError(f"cannot write {file}: {error.strerror or error}") from error

    @classmethod
    def or_load(cls, given: Settings | None) -> Settings:
        """What is given, or the settings of the working directory.

        Raises:
            InputError: It is something else, such as the name of a file, or as `load`.
        """
        if given is None:
            return cls.load()
        if not isinstance(given, Settings):
            raise InputError(f"settings must be as Settings.load(FILE) gives them, not {given!r}")
        return given

    @classmethod
    def load(cls, path: str | Path | None = None) -> Settings:
        """Read settings from a TOML file.

        Args:
            path: The file. None means `qa.toml` in the working directory, if it exists.

        Raises:
            InputError: The file is missing (when named), is not TOML, or has an unknown key or a
                value out of range.
        """
        file = Path("qa.toml" if path is None else path)
        if path is None and not file.exists():
            return cls()
        try:
            values: dict[str, Any] = tomllib.loads(file.read_text(encoding=ENCODING))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise InputError(
                f"cannot read settings from {file}: {error}; mend it, or name another: "
                "--settings FILE"
            ) from error
        known = {f.name for f in fields(cls)}
        if unknown := sorted(values.keys() - known):
            raise InputError(
                f"{file}: unknown setting {unknown[0]!r}; known: {', '.join(sorted(known))}"
            )
        try:
            return replace(cls(), **values)
        except InputError as error:
            raise InputError(f"{file}: {error}") from error


def _check(name: str, value: object, low: float, high: float) -> None:
    wanted = int if isinstance(low, int) else (int, float)
    if isinstance(value, bool) or not isinstance(value, wanted) or not low <= value <= high:
        kind = "a whole number" if wanted is int else "a number"
        raise InputError(f"{name} must be {kind} from {low} to {high}, not {value!r}")
