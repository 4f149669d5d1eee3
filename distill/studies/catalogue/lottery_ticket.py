"""Lottery tickets: what is left of a network trains again only from its own start.

Frankle and Carbin (arXiv 1803.03635): a network is trained, its smallest weights are cut, and what
is left goes back to where it began. It learns what the whole did; the same connections from a fresh
start do not.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from distill.drawing.curves import Curve, curves
from distill.drawing.picture import picture
from distill.studies.gates import Gate, Measured
from distill.studies.layered import Layered
from distill.studies.study import Arrays, Asked, Progress, Source, Study, Table, Told
from distill.train.together import AdamW, Parameters, member, train_together
