"""The words of a report, as functions of its numbers.

Every sentence that a report states about a run is computed here from the tree of its
`verification.json`: the pipeline writes a report with it, pages and terminals ask it, and the
checker computes the words again from the numbers that it derived. What is said otherwise than the
numbers say is a forgery, and is found.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import deviations, finite
from .kind import leads
from .kinds import KINDS
from .located import doubts, rule
from .scope import at_most, many
from .verdict import proves, verdict

Tree = Mapping[str, Any]

PROOFS = {
    **finite.PROOFS,
    **deviations.PROOFS,
    **{name: p for kind in KINDS.values() for name, p in kind.PROOFS.items()},
}
"""What the methods of proof prove, by their names."""


# why no more is claimed


def words(tree: Tree) -> dict[str, Any]:
    """Every field of a report that follows from its numbers, by its dotted name.

    Only the reasons of a refusal do not: they are the extractor's.
    """
    found: dict[str, Any] = {"verdict": verdict(tree), "located": not located_doubts(tree)}
    if tree.get("program_vs_model") is not None:
        found["reasons"] = reasons(tree)
    if tree.get("proof") is not None:
        found["proof.statement"] = proof_statement(tree)
        if tree["proof"].get("where_unique") is not None:
            found["proof.where_unique.statement"] = unique_statement(tree)
    return found


def located_doubts(tree: Tree) -> list[str]:
    """Why the network was not shown to hold what the program computes with; none if it was."""
    if tree.get("program_vs_model") is None:
        return ["not located: there is no program"]
    rows = {row["name"]: (row["value"], row["decoy"]) for row in tree["figures"]}
    mechanism = tree["mechanism"]
    return doubts(mechanism["kind"], rows, tree["stored"], mechanism["variables"])


def rows_that_bend_rules(tree: Tree) -> list[str]:
    """Names of rows that say that they need, or that a checker derives, something else than it is;
    or that are there twice.
    """
    kind, stored, seen, wrong = tree["mechanism"]["kind"], tree["stored"], set[str](), []
    for row in tree["figures"]:
        name = row["name"]
        stated = (row["needs"], row["at_least"], row["derived"])
        wanted = rule(kind, name, stored)
        alike = stated == wanted and [*map(type, stated)] == [*map(type, wanted)]
        if not alike or name in seen:
            wrong.append(name)
        seen.add(name)
    return wrong


def reasons(tree: Tree) -> list[str]:
    """Why no more is claimed of a program, the most important first."""
    counted, proof = tree["program_vs_model"], tree.get("proof")
    said = located_doubts(tree)
    if not tree["stored"]:
        said.append("at best tested: the network was not stored, so nobody can run it again")
    if over_sequences(tree):
        said += _about_sequences(tree)
    elif tree["space"] == "box":
        said += _about_a_box(tree)
    else:
        if not counted["exhaustive"]:
            said.append("at best tested: the domain is too large to go through")
        if proof is not None and not leads(proof):
            said.append(f"not proved: {proof_statement(tree)}")
    if counted.get("search_disagreements"):
        more = "" if over_sequences(tree) else "more "
        said.append(
            f"a search found {many(counted['search_disagreements'], f'{more}disagreement')}"
        )
    stress = counted.get("stress")
    if stress is not None and stress["agree"] < stress["total"]:
        differ = stress["total"] - stress["agree"]
        said.append(f"they differ on {differ:,} of {stress['total']:,} stress {things(tree)}")
    return said + _beyond(tree)


def _about_a_box(tree: Tree) -> list[str]:
    """Why program and network were not shown to be the same everywhere in a box."""
    proof, apart = tree.get("proof"), tree["deviation"]
    if proof is not None:
        return [] if leads(proof) else [f"not proved: {proof_statement(tree)}"]
    nowhere, at = apart["found"] is None, apart["unbounded_at"]
    if nowhere or at is not None:
        where = ", ".join(f"{value:.3g}" for value in (apart["at"] if nowhere else at))
        if nowhere:
            return [f"not proved: the program has no value at ({where})"]
        return [
            f"not proved: no bound was found around ({where}), where the program may have no value"
        ]
    if not tree["stored"]:
        return []
    return ["not proved: the program, or the network, does what Taylor models do not bear"]


def _about_sequences(tree: Tree) -> list[str]:
    proof = tree.get("proof")
    if proof is None:
        if tree["verdict"] == "approximate":
            return []
        return ["not proved: no proof is known for this kind of network and program"]
    counted = tree["program_vs_model"]
    if proves(proof, counted) and tree["space"] == "texts":
        return []  # longer ones the network does not take
    if proof["up_to_length"] is None:
        return [] if leads(proof) else [f"not proved: {proof_statement(tree)}"]
    unique = "" if proof.get("where_unique") is None else f"; and {unique_statement(tree)}"
    return [f"not proved for every length: {proof_statement(tree)}{unique}"]


def _beyond(tree: Tree) -> list[str]:
    """On how many longer sequences program and network part, and which of them is right.

    That these are longer than what a network was trained on is known of those trained here alone.
    """
    for part in tree["longer"]:
        counted = part["program_vs_model"]
        agree, total = counted["agree"], counted["total"]
        if agree == total:
            continue
        said = (
            f"at length {part['length']:,} they part on {total - agree:,} of "
            f"{many(total, 'sequence')}"
        )
        program, model = part["program_vs_task"], part["model_vs_task"]
        if program is not None and model is not None:
            said += (
                f"; there the program is right on {program['agree']:,}, the network on "
                f"{model['agree']:,}"
            )
        return [said]
    return []


# what was proved


def proof_statement(tree: Tree) -> str:
    """What the proof of a tree proves, from its method and its figures."""
    proof, steps = tree["proof"], tree["proof"]["up_to_length"]
    if proof["method"] not in PROOFS:
        raise ValueError(f"a proof by the method {proof['method']!r} is not known")
    method = PROOFS[proof["method"]]
    says = method.statement if method.holds(proof) else method.otherwise
    error = proof.get("error")
    most = "" if error is None else at_most(error)
    reached = dict.fromkeys(("steps", "tokens"), "")
    if steps is not None:
        reached = {"steps": many(steps, "step"), "tokens": many(steps, "token")}
    return says.format(**proof, most=most, **reached)


def unique_statement(tree: Tree) -> str:
    """What is proved of the positions of texts at which no selection chooses more than one."""
    proof, longest = tree["proof"]["where_unique"], tree["program_vs_model"]["length"]
    return (
        f"on every text of up to {many(proof['up_to_length'], 'token')}, at every position at "
        "which no selection chooses more than one, the network's output for what the program "
        "answers leads, for its stored weights in real arithmetic: all such texts were gone "
        f"through in {many(proof['nodes'], 'set')} (of this sort are {proof['drawn_unique']:,} of "
        f"{many(proof['drawn'], 'answer')} to drawn texts of {many(longest, 'token')})"
    )


def over_sequences(tree: Tree) -> bool:
    """Whether the inputs are sequences: read a step at a time, or at once as texts."""
    return tree["space"] in ("sequences", "texts")


def things(tree: Tree) -> str:
    """What the inputs are called."""
    return {"domain": "inputs", "texts": "texts", "box": "points"}.get(tree["space"], "sequences")


def at(tree: Any, name: str) -> Any:
    """A field by its dotted name; of rows `figures.NAME` is the value. Null where there is none."""
    head, _, rest = name.partition(".")
    if head == "figures" and rest and isinstance(tree, Mapping):
        rows = (row for row in tree.get("figures") or [] if row.get("name") == rest)
        return next((row.get("value") for row in rows), None)
    if isinstance(tree, list) and head.isdigit() and int(head) < len(tree):
        found = tree[int(head)]
    else:
        found = tree.get(head) if isinstance(tree, Mapping) else None
    return at(found, rest) if rest else found
