"""Claims about how networks learn, each tested again by one command: `distill study`.

A study of one's own is a file that holds a `Study`; `docs/studies.md` shows one.
"""

from distill.studies.gates import Gate as Gate
from distill.studies.gates import Measured as Measured
from distill.studies.study import Arrays as Arrays
from distill.studies.study import Asked as Asked
from distill.studies.study import Progress as Progress
from distill.studies.study import Source as Source
from distill.studies.study import Study as Study
from distill.studies.study import Table as Table
from distill.studies.study import Told as Told
