"""What the variables of a loop are, in one vocabulary for automata and recurrences.

A table has a row for everything that a variable can be (`table.Recogniser`): a test of the
expression of its next value, a title, what it does, why that is enough to remember, and what to
call it. The first row whose test holds is taken. `finite` has the rows of variables with finitely
many values, which are also held against every step that they can take; `unbounded` those of the
registers of a recurrence. Both look at expressions with the patterns of `matching`, and say it in
the words of `words`; what depends on the last inputs alone has its titles in `windows`.
"""
