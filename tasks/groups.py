"""Products in finite groups: Chughtai et al., arXiv 2302.03025; Stander et al., 2312.06581."""

from distill import Task, group_task, task

PRESETS = {
    "group_s3": {"of": "S3"},
    "group_s4": {"of": "S4"},
    "group_s5": {"of": "S5"},
    "group_a4": {"of": "A4"},
    "group_a5": {"of": "A5"},
    "group_d4": {"of": "D4"},
    "group_d5": {"of": "D5"},
    "group_d6": {"of": "D6"},
    "group_q8": {"of": "Q8"},
    "group_dic3": {"of": "Dic3"},
    "group_z2_cubed": {"of": "Z2^3"},
    "group_z4_z3": {"of": "Z4 x Z3"},
    "group_z7_z3": {"of": "Z7:Z3"},
    "group_xor": {"of": "Z2^6"},
    "group_s3_z2": {"of": "S3 x Z2"},
}


@task(presets=PRESETS)
def group(of: str = "S4", fraction: float = 0.0, divide: bool = False) -> Task:
    """The product of two elements of a finite group, by their numbers."""
    return group_task(of, fraction or None, divide=divide)
