"""Addition digit by digit, as at school: tasks of the MIPS benchmark (arXiv 2402.05110)."""

from distill import SequenceTask, scan, task


@task(presets={"binary_addition": {}} | {f"base_{b}_addition": {"base": b} for b in range(3, 8)})
def base_addition(base: int = 2, length: int = 10) -> SequenceTask:
    """Digits of the sum of two numbers, least significant first; the last carry is dropped."""
    return SequenceTask(
        inputs={"a": range(base), "b": range(base)},
        reference=scan(lambda carry, digits: divmod(carry + sum(digits), base), 0),
        length=length,
    )
