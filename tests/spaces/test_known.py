"""Every space is known by its tasks, its domains and its views, and does what a run asks of it."""

import inspect

import pytest
from builders.real_networks import LINE, one_unit, view_of

from distill import DistillError, Domain
from distill.domains.sequences import Channels
from distill.domains.texts import Texts
from distill.networks.trace import BoxTrace
from distill.pages.spaces import SPACES as PAGES
from distill.runs.stages import Silent, Stages
from distill.spaces.known import (
    SPACES,
    check_fits,
    space_of_domain,
    space_of_task,
    space_of_view,
)
from distill.spaces.space import Asked, Reach, Space
from distill.tasks.given import built_task

TASKS = ("mod_add", "parity_all", "reverse", "lorentz_factor")


@pytest.fixture(scope="module", params=TASKS)
def task(request):
    return built_task(request.param, {})


def test_a_task_its_domain_and_a_view_are_of_one_space(task):
    space = space_of_task(task)
    assert space is space_of_domain(space.of_task(task))
    assert [other for other in SPACES if isinstance(task, other.task)] == [space]
    assert space_of_view(view_of(one_unit(), LINE)) is space_of_domain(LINE)


def test_every_space_is_one_of_a_task_that_is_built_in_and_has_a_page():
    assert {id(space_of_task(built_task(name, {}))) for name in TASKS} == set(map(id, SPACES))
    assert len(PAGES) == len(SPACES)
    assert all(not inspect.isabstract(type(space)) for space in SPACES)
    with pytest.raises(TypeError, match="abstract"):
        type("Unfinished", (Space,), {})()


def test_a_task_fits_the_networks_over_its_own_domain_alone(task):
    space = space_of_task(task)
    check_fits("x.pt", space.of_task(task), task)
    others: list[object] = [
        Domain((range(3),) * 2, range(3)),
        Channels((range(3),)),
        Texts(range(7), 4),
        LINE,
    ]
    for domain in others:
        with pytest.raises(DistillError, match=r"checkpoint 'x\.pt' is a network over ") as told:
            check_fits("x.pt", domain, task)
        here = space_of_domain(domain)
        assert here.told(domain) in str(told.value)
        assert space.told(space.of_task(task)) in str(told.value)
        assert str(told.value).endswith(here.mend if here is space else "leave it out")


def test_engines_are_of_boxes_alone_and_nothing_is_drawn_before_that_is_said(task):
    asked = Asked(0, None, None, 2, 1, "own")
    space = space_of_task(task)
    if task.over == "box of reals":
        assert callable(space.training(task, asked))
        with pytest.raises(DistillError, match="none"):
            space.training(task, Asked(0, None, None, 2, 1, "none"))
        return
    with pytest.raises(DistillError, match="engines propose formulas over boxes of reals"):
        space.training(task, asked)


@pytest.mark.parametrize("reach", [Reach(length=5), Reach(max_states=5)])
def test_how_far_a_network_is_followed_is_said_of_recurrent_ones_alone(reach):
    network = lambda tokens: tokens  # noqa: E731  never asked
    for domain in (Domain((range(3),) * 2, range(3)), LINE):
        with pytest.raises(DistillError, match=r"leave (it|them) out"):
            space_of_domain(domain).in_memory(network, domain, None, reach)


def test_an_engine_is_asked_of_a_network_over_a_box_alone():
    network = lambda tokens: tokens  # noqa: E731  never asked
    for domain in (Domain((range(3),) * 2, range(3)), Channels((range(3),))):
        with pytest.raises(DistillError, match="engines propose formulas over boxes of reals"):
            space_of_domain(domain).in_memory(network, domain, None, Reach(engine="own"))
    box = space_of_domain(LINE)
    view = box.in_memory(one_unit(), LINE, None, Reach(engine="own")).view(Stages(Silent()))
    assert isinstance(view, BoxTrace)
    assert view.engine == "own"
    with pytest.raises(DistillError, match="eureqa"):
        box.in_memory(one_unit(), LINE, None, Reach(engine="eureqa"))
