"""Suite files: what is wrong with one is told, and those that are shipped can be run."""

import pytest
from builders.bench_rows import PUBLISHED

from distill.bench import builtin_suites, find_suite, jobs_of
from distill.bench.suite import OF_NETWORKS
from distill.errors import DistillError


@pytest.mark.parametrize(
    ("suite", "message"),
    [
        ("", "title: Field required"),
        ("title = 'x'", "tasks: Field required"),
        ("title = 'x'\ntasks = []", "lists no tasks"),
        ("title = 'x'\ntasks = [", "is not valid TOML"),
        ("title = 1979-05-27\ntasks = ['mod_add']", "tasks.0"),
        ("title = 'x'\ntasks = [{ task = 'mod_add', set = {} }]", "tasks.0.set"),
        ("title = 'x'\nseeds = 3\ntasks = [{ task = 'mod_add' }]", "seeds"),
        ("title = 'x'\ntasks = [{ task = 'mod_ad' }]", "did you mean 'mod_add'?"),
        ("title = 'x'\ntasks = [{ task = 'no.py' }]", "lists the task file 'no.py'"),
        (
            "title = 'x'\ntasks = [{ task = 'mod_add', settings = { q = 3 } }]",
            "has no setting 'q'",
        ),
        (
            "title = 'x'\ntasks = [{ task = 'mod_add', settings = { p = 'ten' } }]",
            "expected an integer",
        ),
        ("title = 'x'\ntasks = [{ task = 'mod_add' }, { task = 'mod_add' }]", "twice"),
        (
            "title = 'x'\ntasks = [{ task = 'mod_add', published = { them = 1 } }]",
            "expected one of its [[published]] columns (none)",
        ),
        (f"title = 'x'\ntasks = [{{ task = 'mod_add' }}]\n{PUBLISHED * 2}", "two [[published]]"),
    ],
)
def test_a_bad_suite_is_told_in_one_sentence(tmp_path, suite, message):
    path = tmp_path / "bad.toml"
    path.write_text(suite)
    with pytest.raises(DistillError) as caught:
        jobs_of(find_suite(str(path)), [0])
    assert message in str(caught.value)
    assert "bad" in str(caught.value)


def test_a_task_file_that_is_no_python_is_told_before_anything_is_trained(tmp_path):
    (tmp_path / "mine.py").write_text("from distill import task\nthis is no Python")
    path = tmp_path / "two.toml"
    path.write_text("title = 'x'\ntasks = [{ task = 'tomita1' }, { task = 'mine.py' }]")
    with pytest.raises(DistillError, match=r"suite 'two': 'mine\.py' is no Python: invalid syntax"):
        jobs_of(find_suite(str(path)), [0])


def test_every_suite_that_is_listed_is_named_where_one_is_misspelt():
    with pytest.raises(DistillError) as caught:
        find_suite("trac")
    assert "did you mean 'tracr'" in str(caught.value)
    assert all(name in str(caught.value) for name in (*builtin_suites(), *OF_NETWORKS))


def test_every_shipped_suite_can_be_run():
    suites = builtin_suites()
    assert set(suites) == {
        "finite",
        "formulas",
        "gallery",
        "groups",
        "mips",
        "modular",
        "recurrent",
        "tomita",
        "transformers",
    }
    for suite in suites.values():
        assert len(jobs_of(suite, [0, 1])) == 2 * len(suite.entries)
    states = [entry.published["states"] for entry in suites["tomita"].entries]
    assert states == [2, 3, 5, 4, 4, 3, 5]
