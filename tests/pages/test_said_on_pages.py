"""What a page says of a run in words: verdicts, refusals, exceptions, training, commands."""

import re
from dataclasses import replace
from html import unescape
from types import SimpleNamespace
from typing import Any, cast

import pytest
from builders.html_page import Page, page_in_words, page_of
from builders.paths import ROOT

import distill
from distill.drawing.picture import Picture
from distill.pages.card import _objective, commands
from distill.pages.evidence import evidence_rows
from distill.pages.inside_said import located
from distill.pages.pages import broken_code
from distill.pages.pictures.rivals import _told_apart
from distill.pages.pictures.undrawn import TRAINING, no_chart_said
from distill.pages.report_page import report_page
from distill.pages.statements import _domain_left, _texts_left, not_checked
from distill.records.attempts import ENDED_EARLY
from distill.records.counts import Agreement
from distill.records.phases import phases_of
from distill.records.refusal import NUMBERS
from distill.runs.certificate import Split
from distill.runs.store import RunRecord, load_run
from distill.tasks.files import file_of
from distill.train.schedule import Recipe


@pytest.mark.parametrize(
    ("verdict", "says"),
    [
        ("proved", "no rounding"),
        ("exhaustive", "on all 529 inputs"),
        ("tested", "drawn at random"),
        ("approximate", "they differ on less than"),
    ],
)
def test_every_verdict_has_its_sentence(planted, verdict, says):
    counted = planted.report.program_vs_model
    if verdict in {"tested", "approximate"}:
        counted = replace(counted, exhaustive=False, upper_bound_99=0.01)
    report = replace(planted.report, verdict=verdict, program_vs_model=counted)
    page = page_in_words(replace(planted, report=report))
    read = Page(page)
    badges = [text for found, text in read.all("li") if found.get("class", "").startswith("badge")]
    assert badges == [verdict, "located", "right for the task: not known"]
    ((_, sentence),) = read.all("p", **{"class": "sentence"})
    assert says in sentence
    assert "located: " in page.lower()


def test_a_bound_from_below_is_rounded_down_and_one_from_above_up(planted):
    report = planted.report
    proof = replace(report.proof, smallest_lead=6.5788, rounding=0.00121)
    rows = evidence_rows(replace(report, verdict="proved", proof=proof))
    (row,) = (row for row in rows if row.name == "proved lead")
    assert row.figure == "6.57"
    assert "at most 0.0013" in row.note


def test_a_runner_up_of_the_same_name_is_told_by_its_kind(planted):
    report = planted.report
    for kind, said in (
        (replace(report.mechanism, kind="closed_form"), "the same by another kind (closed form)"),
        (replace(report.mechanism, name="max(a, b)"), "max(a, b)"),
    ):
        (row,) = (r for r in evidence_rows(replace(report, runner_up=kind)) if "runner" in r.name)
        assert row.note == f"of the same network: {said}"


def test_of_a_runner_up_that_is_shorter_it_is_told_why_it_was_not_taken(planted):
    report = planted.report
    size = report.program.ast_nodes
    for nodes, told in ((size - 1, True), (size, False), (size + 1, False)):
        other = replace(report.mechanism, name="max(a, b)", description_length=nodes)
        (row,) = (r for r in evidence_rows(replace(report, runner_up=other)) if "runner" in r.name)
        assert ("before length come" in row.note) == told


def test_only_of_sums_it_is_left_open_what_function_they_make(planted):
    plain = replace(planted, report=replace(planted.report, meaning=None))
    open_ = "What function its sums make the program"
    assert any(open_ in line for line in not_checked(plain))
    assert not any(open_ in line for line in not_checked(planted))
    kind = replace(plain.report.mechanism, kind="closed_form", name="max(a, b)")
    other = replace(plain, report=replace(plain.report, mechanism=kind))
    assert not any(open_ in line for line in not_checked(other))


def test_notes_on_a_checkpoint_stand_once_and_settings_of_a_task_stay(planted):
    note = "by layout nanda_transformer, as neither the file nor a config says so: 2 inputs"
    report = replace(planted.report, remarks=(f"assumed {note}", "5 of 7"))
    read = {"model": "x.pt", "layout": "nanda_transformer", "assumed": note}
    page = page_in_words(
        replace(planted, report=report, record=replace(planted.record, settings=read))
    )
    page = page.replace("<wbr>", "")  # where a name may break
    (about,) = re.findall(r'<p class="about">.*?</p>', page)
    assert "layout = nanda_transformer" in about
    assert note not in about
    assert note in page
    own = replace(planted, report=report, record=replace(planted.record, settings={"p": 5}))
    assert "p = 5" in page_in_words(own)


def test_long_lines_of_the_heart_are_broken_and_none_is_cut():
    source = "def f(xs: list[int]) -> int:\n    return '<' if xs else 0\n\nA = 1\n"
    code = broken_code(source)
    assert [int(deep) for deep in re.findall(r"--deep: (\d+)ch", code)] == [0, 4, 0, 0]
    lines = re.findall(r'<span class="line"[^>]*>(.*?)</span>(?=<span class="line"|$)', code)
    assert [unescape(re.sub("<[^>]*>", "", line)).rstrip() for line in lines] == (
        source.rstrip().split("\n")
    )


def test_a_refusal_says_why_and_shows_what_was_seen(refused):
    run, _ = refused
    page = page_of(run)
    read = Page(page)
    assert "Why it was refused" in page
    for reason in run.report.reasons:
        assert reason in " ".join(text for _, text in read.all("li"))
    assert "What the network answers" in page
    assert "The program" not in [text for _, text in read.all("h2")]
    assert "No program was written" in page


def test_exceptions_are_listed_and_counted(planted):
    rows = (*((a, 0, 5) for a in range(23)), (7, 7, 7), (8, 8, 8))
    mechanism = replace(planted.mechanism, exceptions=rows)
    page = report_page(replace(planted, mechanism=mechanism))
    assert "25 in all, of which the first 20 are shown" in page
    assert "Exceptions that the program lists" in page
    assert "Exceptions that the program lists" not in page_of(planted)


def test_discarded_attempts_stand_beside_the_one_that_was_used(trained):
    *_, attempt = trained.record.attempts
    both = (replace(attempt, discarded=True), replace(attempt, number=2))
    page = page_in_words(replace(trained, record=replace(trained.record, attempts=both)))
    assert "the discarded ones too (2)" in page
    assert page.count("<td>discarded</td>") == page.count("<td>used</td>") == 1


def test_the_commands_make_the_run_again(trained, planted):
    lines = [command.line for command in commands(trained)]
    assert lines[0] == (
        "distill run mod_add --seed 0 --set p=59 --set fraction=0.4 --arch transformer"
    )
    assert lines[1] == "distill verify outputs/mod_add/seed0-p59-fraction0.4"
    assert commands(planted)[0].line.startswith("distill verify")
    record = RunRecord(
        *("mod_add", None, "transformer", None),
        settings={"model": "grok king.pth", "layout": "nanda_transformer"},
        **{"attempts": (), "versions": {}, "platform": "", "threads": 1},
        seconds={},
    )
    made, again, _ = commands(replace(planted, record=record))
    assert made.line == "distill run mod_add --model 'grok king.pth' --layout nanda_transformer"
    assert made.does.endswith("where grok king.pth is")
    assert again.does.endswith("which the command above has put there")
    assert commands(trained)[0].does == "the same network, program and report"
    assert commands(planted)[0].does == "derive the verdict again from the files"


def test_a_task_of_a_file_is_run_again_from_its_file(planted):
    own = replace(planted, record=replace(planted.record, task="hours", seed=0, settings={"h": 24}))
    made = commands(own)[0].line
    assert made.startswith("distill run FILE.py:hours --seed 0 --set h=24")
    known = replace(own, record=replace(own.record, file="my clocks.py"))
    made = commands(known)[0]
    assert made.line.startswith("distill run 'my clocks.py:hours' --seed 0 --set h=24")
    assert made.does.endswith(", where my clocks.py is")
    of_a_network = {"model": "net.pt", "layout": "feedforward"}
    given = replace(known.record, seed=None, settings=of_a_network, about="Hours.")
    made = commands(replace(known, record=given))[0]
    assert made.line.startswith("distill run 'my clocks.py:hours' --model net.pt")
    assert made.does.endswith(", where my clocks.py and net.pt are")


def test_a_run_knows_the_file_of_its_task(tmp_path):
    (tmp_path / "sums.py").write_text(
        "from distill import Task, task\n\n\n@task\ndef small(p: int = 3) -> Task:\n"
        '    """The sum."""\n'
        "    return Task({'a': range(p), 'b': range(p)}, range(5), lambda a, b: a + b,\n"
        "                train_fraction=1.0)\n"
    )
    run = distill.run(f"{tmp_path}/sums.py:small", out=None, recipe=Recipe(max_steps=20, tail=5))
    assert run.record.file == "sums.py"
    typed = replace(run, record=replace(run.record, options=""))  # as if no recipe had been given
    assert commands(typed)[0].line.startswith("distill run sums.py:small --seed 0")
    for given, file in (("mod_add", ""), ("a/b.py", "b.py"), ("b.py:x", "b.py"), (None, "")):
        assert file_of(given) == file


def test_a_task_of_a_file_may_have_the_name_of_one_that_is_built_in(trained):
    own = replace(trained, record=replace(trained.record, about="Another sum."))
    assert commands(own)[0].line.startswith("distill run FILE.py:mod_add ")


def test_what_the_clock_has_ended_is_not_promised_to_come_out_again(trained):
    remarks = (f"{ENDED_EARLY}the limit of 2 minutes was reached",)
    report = replace(trained.report, remarks=remarks)
    made, again, _ = commands(replace(trained, report=report))
    assert "another network may come out" in made.does
    assert again.does == "derive the verdict again from the files"


def test_of_a_refusal_no_program_is_said_to_be_run_again(refused, planted):
    assert "the stored program" not in page_in_words(refused[0])
    assert "the stored program" in page_in_words(planted)
    assert commands(refused[0])[0].does == "check that nothing is claimed in the files"


def test_what_was_not_tested_is_not_said_to_have_failed(planted):
    report = replace(planted.report, located=False)
    assert "not every test showed" in located(report)
    assert located(replace(report, figures=())).endswith("no test of the inside was made.")


def test_what_is_left_open_is_said(planted, trained, counter):
    page = page_of(planted)
    assert "there was no task to hold them against" in page
    assert "there was no task to hold them against" not in page_of(trained)
    proof = planted.report.proof
    weaker = replace(proof, float_bound=replace(proof.float_bound, covered=False))
    assert "The network evaluated in" not in page
    assert "The network evaluated in" in page_in_words(
        replace(planted, report=replace(planted.report, proof=weaker))
    )
    unstored = replace(planted.certificate, architecture=None)
    assert "not stored" in page_in_words(replace(planted, certificate=unstored, model=None))
    split = replace(trained.certificate, split=Split(1392, 0))
    assert "1,392 of 3,481 inputs (40%)" in page_in_words(replace(trained, certificate=split))
    assert "length 12" in page_of(counter)


def test_the_phases_of_a_training_go_with_its_accuracies(trained):
    """The rule looks at losses alone; accuracies were not used to find the phases."""
    memorised, formed, cleaned = phases_of(trained.curve).found
    at = {found.step: found for found in trained.curve.points}
    assert at[memorised.end].train_accuracy > 0.95
    assert at[memorised.end].heldout_accuracy < 0.5
    assert at[cleaned.end].heldout_accuracy > 0.95
    assert formed.start == memorised.end < formed.end == cleaned.start
    page = page_of(trained)
    assert "1 memorisation, 2 circuit formation, 3 clean-up" in page


def test_where_nothing_was_held_out_the_page_says_so_once_and_nothing_of_such_inputs(trained):
    """A mechanism that has no waves is a mechanism all the same."""
    every = 59 * 59
    counted = replace(trained.report.program_vs_model, heldout_agree=0, heldout_total=0)
    figures = tuple(row for row in trained.report.figures if "heldout" not in row.name)
    said = ("every input was trained on: nothing was held out",)
    points = tuple(
        replace(point, heldout_loss=None, heldout_accuracy=None, excluded_loss=None)
        for point in trained.curve.points
    )
    curve = replace(trained.curve, sampled_heldout=0, key_frequencies=None, points=points)
    attempts = tuple(replace(each, right=None) for each in trained.record.attempts)
    page = report_page(
        replace(
            trained,
            report=replace(trained.report, program_vs_model=counted, figures=figures, remarks=said),
            certificate=replace(trained.certificate, split=Split(every, 0)),
            curve=curve,
            record=replace(trained.record, attempts=attempts),
        )
    )
    text = unescape(re.sub(r"<[^>]+>", "", page))
    shown = text[: text.index("Words on this page")]
    assert "All 3,481 inputs, with the task's answers." in shown
    for untrue in ("not trained on", "no mechanism was found", "No phases", "held-out"):
        assert untrue not in shown
    assert "nothing was held out" in shown.lower()
    assert phases_of(replace(trained.curve, key_frequencies=None)).why_none.startswith("no program")


def test_a_loop_of_the_same_name_without_states_is_the_same_by_another_kind(planted):
    report = planted.report
    own = replace(report.mechanism, name="running sum mod 3 (3 states)", kind="automaton")
    other = replace(own, name="running sum mod 3", kind="recurrence")
    rows = evidence_rows(replace(report, mechanism=own, runner_up=other))
    (row,) = (row for row in rows if "runner" in row.name)
    assert row.note == "of the same network: the same by another kind (recurrence)"


def test_nothing_is_called_held_out_where_nobody_knows_what_was(planted):
    """A checkpoint does not say what it was trained on: its margin is over all inputs."""
    rows = {row.name: row for row in planted.report.figures}
    held = replace(rows["mean_margin_heldout"], value=5.0)
    for trained, told in ((None, "mean margin"), (6.0, "mean margin, held out")):
        both = (replace(rows["mean_margin_train"], value=trained), held)
        report = replace(planted.report, figures=both)
        named = [row.name for row in evidence_rows(report) if row.name.startswith("mean margin")]
        assert named[-1] == told
        assert any("trained" in name for name in named) == (trained is not None)


def test_what_reasons_and_remarks_both_say_is_said_once(refused):
    """Ctrl-C with --keep before anything was learned was told twice."""
    cut = f"{ENDED_EARLY}it was interrupted"
    run, _ = refused
    report = replace(run.report, reasons=("no network learned the task", cut), remarks=(cut,))
    assert report.explanations == (cut, "no network learned the task")
    # a network that is right was not refused for how its training ended
    why = "no expression was found"
    right = replace(report, reasons=(why,), model_vs_task=Agreement(50, 50))
    assert right.explanations == (why, cut)
    wrong = replace(right, model_vs_task=Agreement(49, 50))
    assert wrong.explanations == (cut, why)


NO_CHART = "No chart of the training"


@pytest.mark.parametrize("name", ["sum_all", "prev3"])
def test_where_no_chart_of_the_training_stands_it_is_said_why(name, planted):
    run = load_run(ROOT / "outputs" / "gallery" / name, network=False)
    made, record = run.record.used, run.record
    assert made is not None
    said = no_chart_said(record, run.curve, ())
    assert said is not None
    assert said.startswith(f"{NO_CHART}: a curve takes two looks")
    assert f"looked at once, when its training ended after {made.steps:,} steps" in said
    assert said in page_in_words(replace(planted, record=record, curve=run.curve))
    none = replace(record, attempts=tuple(replace(it, discarded=True) for it in record.attempts))
    assert "no network was looked at twice" in (no_chart_said(none, run.curve, ()) or "")
    assert "nothing was kept" in (no_chart_said(record, None, ()) or "")


def test_a_chart_of_the_training_or_none_of_it_needs_no_excuse(planted):
    drawn = load_run(ROOT / "outputs" / "gallery" / "tomita3", network=False)
    picture = Picture(TRAINING, "", "", "", "")
    assert no_chart_said(drawn.record, drawn.curve, [picture]) is None
    assert NO_CHART not in page_in_words(planted)


def test_numbers_of_a_refusal_are_called_by_words_on_its_page(refused):
    run, _ = refused
    report = replace(run.report, numbers=dict.fromkeys(NUMBERS, 0.5))
    rows = evidence_rows(report)[-len(NUMBERS) :]
    assert [row.name for row in rows] == [words.label for words in NUMBERS.values()]
    page = page_in_words(replace(run, report=report))
    named = {text for _, text in Page(page).all("th", scope="row")}
    assert named >= {words.label for words in NUMBERS.values()}
    assert "heldout r2" not in page


def test_lists_that_a_reason_names_stand_on_the_page_and_not_among_the_figures(refused):
    run, _ = refused
    numbers = {"exceptions": 3, "NUMBER[1]": 4, "NUMBER[2]": 0, "NUMBER[-3]": 1}
    report = replace(run.report, numbers=numbers)
    assert not any("NUMBER" in row.name for row in evidence_rows(report))
    page = Page(page_in_words(replace(run, report=report)))
    assert ({}, "NUMBER = {1: 4, 2: 0, -3: 1}") in page.all("code")
    assert "NUMBER: the numbers behind the name" in {text for _, text in page.all("summary")}


@pytest.mark.parametrize(("count", "said"), [(1, "1 exception listed"), (2, "2 exceptions listed")])
def test_one_exception_is_no_plural(planted, count, said):
    program = replace(planted.report.program, exceptions=count)
    page = page_in_words(replace(planted, report=replace(planted.report, program=program)))
    assert f"{said}." in " ".join(text for _, text in Page(page).all("p"))


def test_a_run_without_a_mechanism_says_so_in_a_line(refused):
    run, _ = refused
    assert "refused, no mechanism, " in repr(run)


def test_of_one_training_over_sequences_no_choice_is_told(trained):
    (attempt, *_) = trained.record.attempts
    one = replace(attempt, judged_on="fresh sequences", discarded=False, number=1)
    several = (replace(one, discarded=True), replace(one, number=2))
    other = (replace(one, discarded=True, kind="linear"), replace(one, number=2))
    simpler = (replace(one, discarded=True, ruled_out="too few"), replace(one, number=2))
    for tried, said in (
        ((one,), "one network was trained."),
        (several, "of 2 trainings, from one seed after another, the first that learned is taken."),
        (other, "of 2 trainings, from the simplest on, the first that learned is taken."),
        (simpler, "one network was trained, after 1 simpler one had been ruled out."),
    ):
        (told,) = _objective(replace(trained.record, attempts=tried))
        assert said in told


def test_what_a_wrong_explanation_explains_is_told_as_it_is_measured():
    """Less than nothing is none of 0.000."""
    assert _told_apart(0.612, [-0.197]).endswith("the best of the others -0.197.")
    assert "tell them apart" in _told_apart(0.1, [0.099])


@pytest.mark.parametrize(
    ("verdict", "up_to", "said"),
    [
        ("proved", 8, []),
        ("tested", 6, ["Texts of more than 6 tokens, up to which all are proved, but those"]),
        ("tested", None, ["Other texts than those that were drawn."]),
        ("approximate", 1, ["Texts of more than 1 token, up to which all are proved, but those"]),
    ],
)
def test_texts_that_are_proved_are_not_said_to_be_unchecked(verdict, up_to, said):
    proof = None if up_to is None else SimpleNamespace(up_to_length=up_to, where_unique=None)
    report = cast("Any", SimpleNamespace(verdict=verdict, proof=proof))
    drawn = cast("Any", SimpleNamespace(exhaustive=False, searched=None))
    assert [line[: len(said[0])] for line in _texts_left(report, drawn)] == said
    assert _texts_left(report, cast("Any", SimpleNamespace(exhaustive=True))) == []
    searched = cast("Any", SimpleNamespace(exhaustive=False, searched=100))
    if said and "drawn" in said[0]:
        assert _texts_left(report, searched) == [f"{said[0][:-1]}, or that a search visited."]


def test_sequences_that_a_search_visited_are_not_said_to_be_unchecked():
    longer = SimpleNamespace(length=110)
    report = cast(
        "Any",
        SimpleNamespace(
            verdict="tested",
            space="sequences",
            over_sequences=True,
            longer=(longer,),
            holds_for=SimpleNamespace(domain="0..2", lengths="11 steps"),
        ),
    )
    counted = cast("Any", SimpleNamespace(exhaustive=False, searched=100))
    assert _domain_left(report, counted)[0] == (
        "Other sequences than those that were drawn, or that a search visited, and any beyond "
        "110 steps."
    )
