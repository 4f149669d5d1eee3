"""The bench of GPT-2 networks: matches are counted on whole samples, as the published ones are."""

import json

import numpy as np
import pytest
from importing.test_gpt2_texts import as_saved, samples

from distill.bench import learned
from distill.bench.learned import LearnedRow, learned_page, learned_rows
from distill.bench.suite import those_named
from distill.errors import DistillError
from distill.importing import AboutTexts, import_model
from distill.importing.gpt2_texts import samples_of
from distill.networks.text_network import TextNetwork
from distill.terminal.page import page_markdown

CONSTANT = '''"""P."""

import sys


__all__ = ["attend"]


def attend(xs: list[int]) -> list[int]:
    return {said}


if __name__ == "__main__":
    print(attend(list(map(int, sys.argv[1:]))))
'''


def saved(tmp_path):
    folder = tmp_path / "one"
    folder.mkdir()
    as_saved(folder)
    bits = np.random.default_rng(0)
    samples(folder, [[*bits.integers(0, 3, bits.integers(1, 4))] for _ in range(60)])
    return folder


def test_samples_are_texts_up_to_their_last_answer(tmp_path):
    folder = saved(tmp_path)
    read = import_model(
        folder, about=AboutTexts(folder / "facts.json", f"{folder}/samples.npz:train")
    )
    shape = read.model.architecture
    rows = samples_of(folder / "samples.npz", "train", folder / "facts.json", shape)
    assert [it.shape[1] for it in rows] == [3, 5, 7]
    assert sum(map(len, rows)) == 60
    for each in rows:
        half = each.shape[1] // 2
        assert (each[:, :half] == each[:, half + 1 :]).all()


def test_a_match_is_of_whole_samples(tmp_path):
    folder = saved(tmp_path)
    texts = f"{folder}/samples.npz:train"
    read = import_model(folder, about=AboutTexts(folder / "facts.json", texts))
    network = TextNetwork(read.model, read.domain)
    rows = samples_of(
        folder / "samples.npz", "train", folder / "facts.json", read.model.architecture
    )
    said = [network.run(it) for it in rows]
    listed = {
        tuple(text): answers.astype(int).tolist()
        for texts_, each in zip(rows, said, strict=True)
        for text, answers in zip(texts_.tolist(), each, strict=True)
    }
    first, wanted = next(iter(listed.items()))
    right = sum((it == first).all(axis=1).sum() for it in rows if it.shape[1] == len(first))
    source = CONSTANT.format(said=f"{wanted} if xs == {list(first)} else [-2 for x in xs]")
    assert learned._match(source, folder, texts) == pytest.approx(right / 60)


def test_a_network_without_a_program_says_why_and_the_table_has_the_published_match(tmp_path):
    folder = saved(tmp_path)
    facts = json.loads((folder / "facts.json").read_text())
    (folder / "facts.json").write_text(json.dumps(facts | {learned.PUBLISHED: True}))
    row = learned.learned_row(folder)
    assert (row.name, row.published) == ("one", True)
    assert row.reason or row.match is not None
    found = LearnedRow("two", 0.985, "tested", True, 3, 12, 4.0, False)
    page = page_markdown(learned_page([row, found]))
    assert "0.985" in page
    assert "1 of 2" in page


def test_a_folder_without_networks_is_refused(tmp_path):
    with pytest.raises(DistillError, match="there are no networks: expected folders with"):
        next(learned_rows(tmp_path, 1))


def test_networks_are_chosen_by_name_or_pattern_and_a_name_that_is_none_is_told(tmp_path):
    paths = [tmp_path / name for name in ("one.npz", "only.npz", "two.npz")]
    for path in paths:
        path.touch()
    assert those_named(paths, ("on*",), "files") == paths[:2]
    assert those_named(paths, ("two", "one"), "files") == [paths[0], paths[2]]
    assert those_named(paths, (), "files") == paths
    with pytest.raises(DistillError, match=r"no network 'three' among 3.*such as 'one'"):
        those_named(paths, ("one", "three"), "files")
