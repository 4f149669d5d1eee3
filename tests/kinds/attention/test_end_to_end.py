"""A compiled network through run, verify and the page; and what a checker must not pass."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from builders.changed_folder import changed, changed_at, numbers_in
from builders.compiled_texts import as_file, histogram, shifted
from safetensors.numpy import load_file, save_file

from distill.checker.check import check_run
from distill.checker.statements import reasons
from distill.kinds.attention.exhibits import attention_exhibits
from distill.kinds.attention.pictures import attention_pictures
from distill.pages.report_page import report_page
from distill.pipeline import run_model
from distill.records.counts import Agreement


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shift")
    file = as_file(shifted(tokens=2, longest=3), folder / "shift.npz")
    return run_model(file, out=folder / "runs")


def test_every_text_is_gone_through_and_the_head_is_located(run):
    report = run.report
    assert (report.verdict, report.located) == ("exhaustive", True)
    assert report.program_vs_model.total == 2 + 4 + 8
    assert report.holds_for.lengths == "up to 3 tokens"
    assert report.mechanism.variables == ("previous",)
    row = report.figure("replaced_accuracy")
    assert (row.value, row.derived) == (1.0, True)
    assert row.decoy is not None
    assert row.decoy < 0.9
    assert report.value("table_cells") == 0
    assert run.program([1, 0, 1]) == [-1, 1, 0]
    assert "An answer of -1 is none" in " ".join(run.program.source.split())
    with pytest.raises(ValueError, match="no integer in"):
        run.program([2])
    with pytest.raises(ValueError, match="no list of at most 3 integers in range"):
        run.program([1, 0, 1, 0])


def test_the_checker_derives_it_and_the_page_shows_attention_beside_the_selection(run):
    checkup = check_run(run.folder)
    assert checkup.ok, [each for each in checkup.findings if not each.ok]
    assert not any("parts of mechanism.json" in each for each in checkup.not_derived)
    page = (run.folder / "report.html").read_text()
    first = page[page.index("<figure") :].partition("</figure>")[0]
    assert 'id="attention-0-0-title"' in first  # before all that was measured
    assert "head 0 of layer 0" in first
    assert "It was found in" not in first
    assert "became the same in 100.0%, and stayed in 0.0%." in page


def test_a_selection_of_several_heads_is_shown_with_the_first_and_names_the_others(run):
    (beside,) = run.exhibits.selections
    exhibits = replace(run.exhibits, selections=(replace(beside, others=((0, 3), (1, 2))),))
    (shown,) = attention_pictures(run.mechanism, exhibits)
    assert "found in 2 more: head 3 of layer 0, head 2 of layer 1." in shown.caption


def test_heads_of_a_selection_stand_in_their_order(run):
    first, *rest = run.mechanism.steps
    several = replace(run.mechanism, steps=(replace(first, also=((1, 2), (0, 3))), *rest))
    (beside,) = attention_exhibits(several, run.certificate.view(run.model)).selections
    assert beside.others == ((0, 3), (1, 2))


def test_texts_are_called_texts_wherever_something_is_said_of_them(run):
    told = run.report
    assert "on every text of up to 3 tokens" in told.sentence
    less = replace(told.program_vs_model, agree=13, stress=Agreement(5, 6), search_disagreements=2)
    parts = replace(told, program_vs_model=less, verdict="approximate")
    assert "13 of 14 texts of up to 3 tokens" in parts.sentence
    assert "2 texts on which they differ; they differ on 1 of 6 stress texts" in parts.sentence
    assert "they differ on 1 of 6 stress texts" in reasons(parts.tree)
    right = replace(told, program_vs_task=Agreement(14, 14), model_vs_task=Agreement(14, 14))
    page = report_page(replace(run, report=right))
    assert "on all texts that were tried, up to length 3" in page
    assert not re.search(r"sequences? of|stress sequence|all sequences", page)


def test_every_number_and_word_of_the_mechanism_matters(run, tmp_path):
    mechanism = json.loads((run.folder / "mechanism.json").read_text())
    for place, path in enumerate(numbers_in(mechanism)):
        if path == ("format_version",):
            continue
        mutant = changed_at(mechanism, path)

        def change(tree, mutant=mutant):
            tree.clear()
            tree.update(mutant)

        (tmp_path / str(place)).mkdir()
        assert not changed(run.folder, tmp_path / str(place), "mechanism.json", change).ok, path


def test_changed_weights_are_caught(run, tmp_path):
    import shutil

    forged = shutil.copytree(run.folder, tmp_path / "forged")
    weights = load_file(forged / "model.safetensors")
    weights["blocks.0.W_Q"] = np.zeros_like(weights["blocks.0.W_Q"])
    save_file(weights, forged / "model.safetensors")
    from builders.changed_folder import rehash

    rehash(forged)
    checkup = check_run(forged)
    assert not checkup.ok
    assert "program_vs_model.agree" in {each.name for each in checkup.findings if not each.ok}


def test_a_program_whose_selection_is_off_by_one_is_caught(run, tmp_path):
    def change(source):
        return source.replace("j + 1", "j + 2").replace("i - 1", "i - 2")

    assert not changed(run.folder, tmp_path, "program.py", change).ok


@pytest.mark.parametrize("longest", [2, 4, None])
def test_a_domain_of_other_lengths_is_caught(run, tmp_path, longest):
    """Shorter, longer, or of any length."""

    def change(source):
        if longest is None:
            return source.replace(" or len(xs) > 3", "")
        return source.replace("len(xs) > 3", f"len(xs) > {longest}").replace(
            "at most 3", f"at most {longest}"
        )

    found = changed(run.folder, tmp_path, "program.py", change)
    assert {"domain", "program"} & {each.name for each in found.findings if not each.ok}


def test_a_histogram_in_a_rotated_stream_is_exhaustive(tmp_path):
    from builders.compiled_texts import rotated

    file = as_file(rotated(histogram()), tmp_path / "hist.npz")
    report = run_model(file, out=None).report
    assert (report.verdict, report.located) == ("exhaustive", True)
