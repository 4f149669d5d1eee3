"""The first screen of a page: what was to be learned, what is done, whether it is right."""

from dataclasses import replace

from builders.html_page import page_in_words, page_of
from builders.paths import GOLDEN

import distill
from distill.pages.badges import badges
from distill.pages.first_screen import MOST_LINES, heart, hero, to_be_learned
from distill.programs.program import Program
from distill.records.counts import Agreement
from distill.tasks.files import load_task

PROGRAM = '''"""Running sum.

Why it works: it does.
"""

import sys

__all__ = ["running_sum"]

STEP = [0, 1]
LONG = {
    1: 2,
    3: 4,
}


def running_sum(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    total = 0
    for x in xs:
        total += STEP[x]  # as listed

        outputs.append(total)
    return outputs


if __name__ == "__main__":
    print(running_sum(list(map(int, sys.argv[1:]))))
'''


def test_the_heart_of_a_program_is_what_computes():
    found = heart(PROGRAM)
    lines = found.source.splitlines()
    assert lines[:3] == ["STEP = [0, 1]", "", "def running_sum(xs: list[int]) -> list[int]:"]
    assert lines[-1] == "    return outputs"
    assert "        total += STEP[x]  # as listed" in lines
    assert not {"import", '"""', "__all__", "sys.argv"} & {*found.source.split()}
    assert found.left_out == 4  # of LONG


def test_a_long_program_is_cut_and_says_so():
    body = "".join(f"    x += {n}\n" for n in range(60))
    found = heart(f'__all__ = ["f"]\n\n\ndef f(x: int) -> int:\n{body}    return x\n')
    assert len(found.source.splitlines()) < MOST_LINES
    assert found.left_out == 62 - len(found.source.splitlines())


def wrong_on_five(run):
    wrong = Agreement(524, 529)
    return replace(run.report, model_vs_task=wrong, program_vs_task=wrong)


def test_a_program_that_is_wrong_is_never_met_by_a_green_proved(planted_run):
    run = distill.load_run(planted_run)
    assert [badge.text for badge in badges(run.report)][:2] == ["proved", "located"]
    report = wrong_on_five(run)
    first, *rest = badges(report)
    assert (first.text, first.tone) == ("right on 524 of 529", "bad")
    assert [badge.text for badge in rest] == ["proved: same as the network", "located"]
    assert {badge.tone for badge in rest} == {"plain"}
    page = page_in_words(replace(run, report=report))
    assert 'class="badge good"' not in page
    assert page.index("right on 524 of 529") < page.index("proved: same as the network")


def test_right_on_all_is_a_green_badge_of_its_own(planted_run):
    run = distill.load_run(planted_run)
    whole = Agreement(529, 529)
    found = badges(replace(run.report, model_vs_task=whole, program_vs_task=whole))
    assert [(badge.text, badge.tone) for badge in found] == [
        ("proved", "good"),
        ("located", "good"),
        ("right on all 529", "good"),
    ]


def test_the_tasks_own_sentence_comes_first(planted_run):
    run = distill.load_run(planted_run)
    unknown = to_be_learned(run.record)
    assert not unknown.known
    assert "without a task" in unknown.said
    task = load_task("mod_add", {"p": "23"})
    record = replace(run.record, about=task.about, settings=task.settings)
    found = to_be_learned(record)
    assert (found.known, found.settings) == (True, "p = 23, fraction = 0.3")
    assert to_be_learned(replace(record, about="`p` or less")).said == "p or less"
    page = page_in_words(replace(run, record=record))
    assert page.index(found.said) < page.index('class="badges"') < page.index('id="heart"')


def test_a_task_tells_its_sentence_and_a_file_may_say_another(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(
        "from distill import SequenceTask, task\n\n@task\ndef mine() -> SequenceTask:\n"
        '    """The sum so far, of all\n    that was read.\n\n    More.\n    """\n'
        "    return SequenceTask(inputs={'x': range(2)}, reference=lambda xs: xs)\n"
    )
    assert load_task(str(path), {}).about == "The sum so far, of all that was read."


def test_the_sentence_is_kept_with_the_run(small_run):
    run = distill.load_run(small_run)
    assert run.record.about == load_task("mod_add", {}).about
    assert to_be_learned(run.record).known


def test_one_picture_stands_in_the_first_screen_and_every_other_has_a_link(planted_run):
    run = distill.load_run(planted_run)
    page = page_of(run)
    before, after = page.split("<nav", 1)
    links, after = after.split("</nav>", 1)
    assert before.count("<figure") == 1
    assert after.count("<figure") >= 3
    for figure in after.split("<figure")[1:]:
        name = figure.split('id="', 1)[1].split('"', 1)[0]
        assert f'href="#{name}"' in links


def test_what_says_most_is_the_hero(planted_run):
    from distill.pages.pictures.every import pictures_of

    pictures = pictures_of(distill.load_run(planted_run))
    found = hero(pictures)
    assert found is not None
    assert found.name == "profile"
    assert hero(pictures, most=10) is None


def test_what_states_the_domain_is_none_of_the_heart():
    bare = Program((GOLDEN / "sum.py").read_text().partition("\n\nDOMAIN = ")[0])
    stated = Program((GOLDEN / "sum.py").read_text())
    assert "check(" in stated.source
    shown = heart(stated.source).source
    assert "check(" not in shown
    assert "DOMAIN" not in shown
    assert shown == heart(bare.source.replace("    check(a, b)\n", "")).source
