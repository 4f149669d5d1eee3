"""The table of a bench: rows are counted over seeds, wrong claims are found, all of it fits."""

import json
import os
import re
from dataclasses import replace

import pytest
from builders.bench_rows import crash, made, refusal
from rich.console import Console

from distill.bench import find_suite, jobs_of, summarise, total
from distill.bench.layout import page_of
from distill.bench.row import AtLength, Count, Proved, read_printed
from distill.bench.table import wrong_claims
from distill.tasks.files import builtin_tasks
from distill.terminal.page import page_markdown, show_page


def test_a_task_is_counted_over_its_seeds():
    suite = find_suite("tomita")
    jobs = jobs_of(suite, [0, 1, 2], ["tomita1", "tomita2", "tomita3"])
    far = AtLength(1000, Count(99, 100), Count(3, 100), Count(3, 100))
    rows = [
        *(made(jobs[0]), made(jobs[1], lines=30, longer=(far,)), made(jobs[2], verdict="tested")),
        *(made(jobs[3]), refusal(jobs[4]), crash(jobs[5])),
        *(refusal(jobs[6]), refusal(jobs[7]), crash(jobs[8], "timed out")),
    ]
    first, second, third = summarise(jobs, rows)
    assert first.outcomes == {"proved": 2, "tested": 1}
    assert (first.right.count, first.right.of) == (3, 3)
    assert (first.right_longer.count, first.longest, first.lines) == (2, 1000, 10)
    assert second.outcomes == {"proved": 1, "refused": 1, "crashed": 1}
    # a run without a program is one that is not right; one without a report says nothing of the net
    assert (second.right.count, second.right.of, second.right_longer.of) == (1, 3, 3)
    assert (second.model_right.count, second.model_right.of) == (2, 2)
    assert (third.right.count, third.right_longer, third.lines) == (0, None, None)
    totals = total(suite, [first, second, third], rows)
    assert (totals.right, totals.right_longer, totals.longer, totals.located) == (1, 0, 3, 1)
    assert (totals.tasks, totals.runs, totals.complete) == (3, 9, False)
    ends = {"proved": 3, "tested": 1, "refused": 3, "crashed": 1, "timed out": 1}
    assert totals.outcomes == ends
    assert (totals.seconds, totals.cpu_seconds, totals.peak_memory) == (90.0, 72.0, 5_000_000)
    assert totals.wrong_claims == ()


def test_longer_inputs_are_asked_of_those_tasks_alone_that_have_some():
    suite = find_suite("tomita")
    jobs = jobs_of(suite, [0], ["tomita1", "tomita2", "tomita3"])
    finite = made(jobs[1], space="domain", longer=())
    rows = [made(jobs[0]), finite, refusal(jobs[2])]

    def said(rows) -> str:
        some = jobs[: len(rows)]
        summaries = summarise(some, rows)
        return shown(page_of(suite, summaries, total(suite, summaries, rows), rows), 160)

    # the finite task is no failure, the refused one over sequences is
    assert re.search(r"right at every longer length too +1 of 2", said(rows))
    assert re.search(r"right at every longer length too +1 of 1", said(rows[:2]))
    assert "proved for every input" in said(rows[:2])
    assert "proved for every length" in said(rows[:1])


def test_what_is_proved_of_a_task_is_what_is_proved_on_every_seed():
    suite = find_suite("tomita")
    jobs = jobs_of(suite, [0, 1], ["tomita1", "tomita2", "tomita3", "tomita4"])
    every, far, near = Proved(True), Proved(True, 1000), Proved(True, 67)
    covered = [every, every, every, near, far, near, every, None]
    rows = [
        made(job, proved=proved, verdict="proved" if proved else "tested")
        for job, proved in zip(jobs, covered, strict=True)
    ]
    summaries = summarise(jobs, rows)
    assert [each.proved for each in summaries] == [every, near, near, None]
    totals = total(suite, summaries, rows)
    assert (totals.proved, totals.proved_up_to, totals.tasks) == (1, 2, 4)
    page = page_of(suite, summaries, totals, rows)
    for text in (shown(page, 140), page_markdown(page)):
        assert "proved for" in text
        assert "every length" in text
        assert "up to 67" in text
        assert "up to 1,000" not in text
    assert rows[3].as_json()["proved_for"] == "up to 67"
    assert rows[7].as_json()["proved_for"] is None


@pytest.mark.parametrize(
    ("report", "proved"),
    [
        ({"verdict": "proved", "proof": {"up_to_length": None}}, "every length"),
        ({"verdict": "proved", "proof": {"up_to_length": 1000}}, "up to 1,000"),
        ({"verdict": "proved", "proof": {"up_to_length": None}, "space": "domain"}, "every input"),
        # a proof that ends before the training length proves nothing that is claimed
        ({"verdict": "tested", "proof": {"up_to_length": 4}}, "None"),
        ({"verdict": "tested", "proof": None}, "None"),
    ],
)
def test_what_a_report_proves_is_read_with_its_verdict(report, proved):
    mechanism = {"kind": "automaton", "name": "parity"}
    whole = {"format_version": 2, "located": True, "mechanism": mechanism}
    whole |= {"space": "sequences"} | report
    assert str(read_printed(json.dumps(whole)).proved) == proved


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({}, []),
        ({"program_vs_task": Count(99, 100)}, [None]),
        ({"program_vs_task": Count(97, 100), "model_vs_task": Count(98, 100)}, [None]),
        # as wrong as its network: faithful
        ({"program_vs_task": Count(98, 100), "model_vs_task": Count(98, 100)}, []),
        # better than its network: a finding
        ({"program_vs_task": Count(99, 100), "model_vs_task": Count(98, 100)}, []),
        # on other inputs nothing follows from counts that differ
        ({"program_vs_task": Count(97, 100), "model_vs_task": Count(980, 1000)}, []),
        ({"program_vs_task": Count(99, 100), "verdict": "approximate"}, []),
        ({"program_vs_task": Count(99, 100), "verdict": "exhaustive"}, [None]),
        ({"program_vs_task": Count(99, 100), "verdict": "tested"}, [None]),
        (
            {"longer": (AtLength(100, Count(99, 100), Count(100, 100), Count(99, 100)),)},
            [100],
        ),
        ({"longer": (AtLength(100, Count(99, 100), Count(98, 100), Count(99, 100)),)}, []),
    ],
)
def test_a_claim_is_wrong_where_only_the_program_is(changes, where):
    (job,) = jobs_of(find_suite("modular"), [0], ["mod_add*"])
    assert [claim.length for claim in wrong_claims(made(job, **changes))] == where


def test_programs_over_texts_are_shown_run_by_run_with_what_they_list():
    suite = find_suite("transformers")
    jobs = jobs_of(suite, [0, 1], ["copy", "sort"])
    half = {"program_vs_model": Count(99, 100), "reason": "1 text is answered otherwise"}
    rows = [
        *(made(jobs[0], cells=0, longer=()), made(jobs[1], cells=7, longer=())),
        *(made(jobs[2], cells=3, longer=(), verdict="approximate", **half), refusal(jobs[3])),
    ]
    summaries = summarise(jobs, rows)
    assert sorted(each.cells for each in summaries) == [3, 7]
    page = page_of(suite, summaries, total(suite, summaries, rows), rows)
    for text in (shown(page, 240), page_markdown(page)):
        assert "cells" in text
        one = f"{jobs[1].entry.task} seed 1"
        assert re.search(rf"{one}\W+proved, located, as the network 100 of 100", text), text
        assert "as the network 99 of 100" in text
        assert "1 text is answered otherwise" in text
    (job,) = jobs_of(find_suite("modular"), [0], ["mod_add*"])
    other = page_of(
        find_suite("modular"),
        summarise([job], [made(job)]),
        total(find_suite("modular"), summarise([job], [made(job)]), [made(job)]),
        [made(job)],
    )
    assert "cells" not in page_markdown(other)


@pytest.mark.parametrize("value", [12.0, None])
def test_what_a_program_over_texts_lists_is_read_of_its_report(value):
    figures = [{"name": "attention_shared", "value": 1.0}, {"name": "table_cells", "value": value}]
    whole = {"format_version": 2, "located": True, "verdict": "tested", "space": "texts"}
    whole |= {"mechanism": {"kind": "attention", "name": "copy"}, "figures": figures}
    assert read_printed(json.dumps(whole)).cells == (None if value is None else 12)


def shown(page, width: int) -> str:
    console = Console(width=width, record=True, file=open(os.devnull, "w"))  # noqa: PTH123,SIM115
    with console.file:
        show_page(console, page)
    return console.export_text()


def test_a_wrong_claim_and_a_refusal_stand_in_the_table():
    suite = find_suite("mips")
    jobs = jobs_of(suite, [0], ["parity_*"])
    rows = [made(job) for job in jobs]
    rows[0] = made(jobs[0], program_vs_task=Count(99, 100))
    rows[1] = refusal(jobs[1], "only 3 of 9 networks are the same machine")
    summaries = summarise(jobs, rows)
    totals = total(suite, summaries, rows)
    assert len(totals.wrong_claims) == 1
    page = page_of(suite, summaries, totals, rows)
    for text in (shown(page, 100), page_markdown(page)):
        assert "Claims that are wrong" in text
        assert f"{rows[0].task} seed 0" in text
        assert "program right 99 of 100, network 100 of 100" in text
        assert "only 3 of 9 networks are the same machine" in text
        assert "Without a report" not in text


@pytest.mark.parametrize("width", [80, 100, 140])
@pytest.mark.parametrize("seeds", [1, 3])
def test_the_table_fits_and_keeps_what_matters(width, seeds):
    suite = find_suite("mips")
    jobs = jobs_of(suite, range(seeds))
    rows = [made(job, mechanism="a mechanism of a rather long name") for job in jobs]
    rows[1::3] = [refusal(job) for job in jobs[1::3]]
    summaries = summarise(jobs, rows)
    text = shown(page_of(suite, summaries, total(suite, summaries, rows), rows), width)
    lines = text.splitlines()
    assert max(map(len, lines)) <= width
    header = next(line for line in lines if line.startswith("task "))
    for column in ("verdict", "right", "longer", "located", "MIPS", "GPT-4"):
        assert column in header
    assert ("mechanism" in header) == (width >= 100)
    assert len(re.findall(r"^perfect_square_detector\s", text, re.MULTILINE)) == 1
    if seeds == 1 and width == 140:
        assert "a mechanism of a rather long name" in text
    if width == 100:  # the kind says more than the beginning of a name
        assert "automaton" in text
        assert "…" not in text


def test_published_results_of_the_mips_suite():
    suite = find_suite("mips")
    names = [entry.task for entry in suite.entries]
    assert len(set(names)) == 62
    assert set(names) <= set(builtin_tasks())
    jobs = jobs_of(suite, [0])
    rows = [made(job) for job in jobs]
    totals = total(suite, summarise(jobs, rows), rows)
    assert totals.published == {"MIPS": 29, "GPT-4": 30, "GPT-4 exact": 14}
    assert (totals.right, totals.tasks) == (62, 62)
    figures = {entry.task: entry.published for entry in suite.entries}
    starred = {task for task, figure in figures.items() if figure["MIPS"] == "0*"}
    assert starred == {"sum_all", "sum_last4", "previous_equals_current", "parity_bits_mod2"}
    solved = [1 in (figure["MIPS"], figure["GPT-4 exact"]) for figure in figures.values()]
    assert solved.count(False) == 28
    some = jobs_of(suite, [0], ["parity_*", "sum_all"])
    assert len(some) == 7
    rows = [made(job) for job in some]
    of_some = total(suite, summarise(some, rows), rows)
    assert of_some.published == {"MIPS": 4, "GPT-4": 3, "GPT-4 exact": 2}


def test_over_boxes_it_says_which_formulas_are_the_tasks_and_how_far_apart_at_most():
    suite = find_suite("formulas")
    jobs = jobs_of(suite, [0, 1], ["kepler", "planck", "bessel"])
    rows = [
        *(made(jobs[0], exact=True, bound=2e-6), made(jobs[1], exact=True, bound=3e-6)),
        *(made(jobs[2], exact=True, bound=2e-3), made(jobs[3], exact=False, verdict="tested")),
        *(refusal(jobs[4]), refusal(jobs[5])),
    ]
    rows = [replace(row, space="box", longer=()) for row in rows]
    summaries = summarise(jobs, rows)
    assert [each.bound for each in summaries] == [3e-6, None, None]
    totals = total(suite, summaries, rows)
    assert (totals.exact, totals.bounded, totals.formulas) == (1, 1, 2)
    # a formula claims to be exact: another one is wrong, however near
    (wrong,) = totals.wrong_claims
    assert (wrong.task, wrong.seed, wrong.formula) == ("planck", 1, True)
    text = shown(page_of(suite, summaries, totals, rows), 160)
    for said in ("3.0e-06", "2/2", "1/2", "the task's formula, exactly", "another formula than"):
        assert said in text
    assert "alone" not in text
    asked = [replace(row, engine="operon") for row in rows]
    assert "2 seeds, operon alone" in shown(page_of(suite, summaries, totals, asked), 160)
    # what is no box has no such columns
    assert wrong_claims(made(jobs[0], exact=None)) == []
