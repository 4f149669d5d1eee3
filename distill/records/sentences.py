"""The verdict in a sentence, and what a report says that no checker derives: for people.

Words that a report stores are the checker's (`distill.checker.statements`), which computes them
again. These are computed whenever somebody looks, from the same tree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from distill.checker.located import rule
from distill.checker.scope import at_most, lengths_drawn, many
from distill.checker.statements import Tree, at, over_sequences, things
from distill.records.attempts import UNLEARNED


def sentence(tree: Tree) -> str:
    """Where it is wrong for the task; the verdict; where program and network part."""
    if tree.get("program_vs_model") is None or tree.get("holds_for") is None:
        model, got = tree.get("model_vs_task"), ""
        if any(reason.startswith(UNLEARNED) for reason in tree.get("reasons", ())):
            return "No network learned the task: there is none to explain, and no program."
        if model is not None:
            whole, total = model["agree"] == model["total"], f"{model['total']:,} {things(tree)}"
            on = f"all {total}" if whole else f"{model['agree']:,} of {total}"
            got = f", which is right for the task on {on} that were checked"
        return f"No mechanism was found that explains this network{got}; no program was written."
    if tree["space"] == "box" and tree.get("deviation") is not None:
        return f"{_over_a_box(tree)}{_from_the_task(tree['deviation'])}"
    return "".join([*_wrong(tree), _same(tree).removesuffix("."), *_part(tree), "."])


def _over_a_box(tree: Tree) -> str:
    """How far program and network are apart, as it was proved, or found."""
    counted, apart = tree["program_vs_model"], tree["deviation"]
    spread = f"answers that spread over {apart['spread']:.3g} at drawn points"
    if tree["verdict"] == "proved":
        error = at_most(tree["proof"]["error"])
        return f"Program and network are nowhere in the box more than {error} apart, of {spread}."
    agree, total = counted["agree"], f"{counted['total']:,}"
    same = at_most(apart["tolerance"])
    bound = (
        f"with 99% confidence they are more than {same} apart on less than "
        f"{at_most(counted['upper_bound_99'])} of the box"
    )
    if tree["verdict"] == "approximate":
        far = (
            "the program has no value at some point"
            if apart["found"] is None
            else (f"the furthest that was found is {apart['found']:.2g}")
        )
        at = ", ".join(f"{value:.4g}" for value in apart["at"])
        return (
            f"Program and network are within {same} of each other at {agree:,} "
            f"of {total} points drawn at random, of {spread}; {far}, at ({at}); {bound}."
        )
    return (
        f"Program and network were found at most {at_most(apart['found'])} apart, of {spread}: at "
        f"{total} points drawn at random, and where a search led from there; {bound}."
    )


def _from_the_task(apart: Tree) -> str:
    """How far each of them is from the task, where there is one."""
    network, program = apart["network_from_task"], apart["program_from_task"]
    if network is None or program is None:
        return ""
    far = [
        "have no value in common"
        if it["largest"] is None
        else f"are at most {at_most(it['largest'])} apart"
        if it["largest"] > ROUNDING * apart["spread"]
        else "are the same but for rounding"
        for it in (network, program)
    ]
    return f" At points drawn at random network and task {far[0]}, program and task {far[1]}."


def _same(tree: Tree) -> str:
    """What program = network means for this verdict."""
    counted, steps = tree["program_vs_model"], over_sequences(tree)
    lengths = tree["holds_for"]["lengths"]
    every, agree = f"{counted['total']:,}", f"{counted['agree']:,} of {counted['total']:,}"
    asked = f"{things(tree)} of {lengths}" if steps else "inputs"
    which = f"{asked}, which are all there are" if counted["exhaustive"] else asked
    of = "them" if steps else "the domain"
    most = at_most(counted["upper_bound_99"])
    if tree["space"] == "texts" and tree["verdict"] == "proved":
        return (
            f"The program answers as the network does on every text of {lengths}, "
            f"{tree['holds_for']['inputs']:,} of them, for its stored weights in real arithmetic."
        )
    if counted.get("drawn") is not None:
        return (
            f"The program answered as the network did on {texts_counted(counted)}; with 99% "
            f"confidence they differ on less than {most} of texts that are drawn so"
            f"{_found_besides(tree)}."
        )
    bound = f"; with 99% confidence they differ on less than {most} of {of}"
    match tree["verdict"]:
        case "proved" if steps:
            return (
                f"The program answers as the network does on sequences of {lengths}, whatever the "
                "inputs, and no rounding of the network's arithmetic can change that."
            )
        case "proved":
            return (
                f"The program answers as the network does on all {every} inputs, and no rounding "
                "of the network's arithmetic can change an answer."
            )
        case "exhaustive" if steps:
            one = things(tree).removesuffix("s")
            return f"The program answers as the network does on every {one} of {lengths}."
        case "exhaustive":
            return f"The program answers as the network does on all {every} inputs."
        case "tested" if counted["exhaustive"]:
            return (
                f"The program answered as the network did on all {every} {asked}; the network "
                "was not stored, so that nobody can run it again."
            )
        case "tested":
            return (
                f"The program answered as the network did on {agree} {asked}, drawn at random"
                f"{bound}."
            )
    found = _found_besides(tree)
    return (
        f"The program answered as the network did on {agree} {which}"
        f"{'' if counted['exhaustive'] else ', drawn at random' + bound}{found}."
    )


def texts_counted(counted: Mapping[str, Any]) -> str:
    """Short texts, which were all gone through, and longer ones that were drawn, by how many agree.

    "all 780 texts of up to 4 tokens, and on 10,000 of 10,000 texts of 5 to 9 tokens, drawn ..."
    """
    drawn = counted["drawn"]
    of = f"{drawn['agree']:,} of {drawn['total']:,}"
    said = f"{of} texts of {lengths_drawn(drawn['shortest'], counted['length'])}"
    whole = counted["total"] - drawn["total"]
    if not whole:
        return said
    agree = counted["agree"] - drawn["agree"]
    some = f"all {whole:,}" if agree == whole else f"{agree:,} of all {whole:,}"
    return f"{some} texts of up to {many(drawn['shortest'] - 1, 'token')}, and on {said}"


def _found_besides(tree: Tree) -> str:
    """Disagreements that are not among the inputs that were counted."""
    counted = tree["program_vs_model"]
    parts, stress = [], counted.get("stress")
    if counted.get("search_disagreements"):
        found = many(counted["search_disagreements"], things(tree).removesuffix("s"))
        parts.append(f"a search found {found} on which they differ")
    if stress is not None and stress["agree"] < stress["total"]:
        differ = stress["total"] - stress["agree"]
        parts.append(f"they differ on {differ:,} of {stress['total']:,} stress {things(tree)}")
    return "; " + "; ".join(parts) if parts else ""


def _part(tree: Tree) -> list[str]:
    """The shortest sequence known on which program and network part, beyond what is claimed.

    How many there are of a length is said apart (`distill.checker.statements.reasons`).
    """
    claimed = tree["holds_for"]["up_to_length"]
    if not over_sequences(tree) or claimed is None:
        return []
    beyond, parted = f"; beyond {many(claimed, 'step')} they part", tree.get("diverges_at")
    if parted is not None and len(parted["inputs"]) > claimed:
        return [f"{beyond}: on a sequence of {len(parted['inputs']):,}"]
    for part in tree["longer"]:
        counted, length = part["program_vs_model"], part["length"]
        if length > claimed and counted["agree"] < counted["total"]:
            differ = counted["total"] - counted["agree"]
            on = f"on {differ:,} of {many(counted['total'], 'sequence')}"
            return [f"{beyond}: at length {length:,} {on}"]
    return []


def _wrong(tree: Tree) -> list[str]:
    """That network or program is wrong for the task, where one of them is."""
    model, program = tree.get("model_vs_task"), tree.get("program_vs_task")
    if model is None or program is None:
        return []
    right = {"network": model["agree"], "program": program["agree"]}
    if all(count == model["total"] for count in right.values()):
        return []
    of = f"of {model['total']:,} {things(tree)}"
    counted = tree["program_vs_model"]
    if counted["agree"] == counted["total"] and model["agree"] == program["agree"]:
        wrong = model["total"] - model["agree"]
        return [
            f"Right for the task on {model['agree']:,} {of}: network and program are wrong on "
            f"{wrong:,}. "
        ]
    return [
        f"Right for the task are the network on {model['agree']:,} {of} and the program on "
        f"{program['agree']:,} of {program['total']:,}. "
    ]


ROUNDING = 1e-12
"""Part of the spread of answers that is put down to floating point."""

TAKEN = {
    "task": "the task's name",
    "remarks": "the remarks",
    "mechanism.name": "what the mechanism is called",
    "runner_up": "the runner-up",
    "meaning": "the proof of what function the program is",
    "program_vs_model.disagreement": "the first disagreement",
    "diverges_at": "where network and program part",
    "numbers": "what was seen in the network",
}
"""Fields of a report, apart from rows, that the checker takes as they are; in words."""


def not_derived(tree: Tree) -> list[str]:
    """Names of the fields and rows of a report that a checker takes as they are."""
    kind, stored = tree["mechanism"]["kind"], tree["stored"]
    taken = [row["name"] for row in tree["figures"] if not rule(kind, row["name"], stored)[2]]
    fields = [name for name in TAKEN if at(tree, name) not in (None, [], {})]
    if tree.get("program_vs_model") is None:
        fields.append("reasons")
    return taken + fields


def sentence_start(text: str) -> str:
    """With a capital where it begins with a word: variables and calls stay as they are."""
    word = re.match(r"[a-z][a-z'-]+(?=[ ,.:;]|$)|a (?!mod |and |or |xor |in |is )[a-z]{2}", text)
    return text if word is None else f"{text[0].upper()}{text[1:]}"
