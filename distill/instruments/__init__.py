"""Instruments: what the studies measure with, for checkpoints of one's own as well.

Plain functions of arrays, with their formulas, shapes and sources; nothing here knows of tasks,
runs or studies.

    from distill.instruments import amplitudes, gini, restricted_and_excluded

| module | measures |
| --- | --- |
| `spectra` | Fourier amplitudes of embeddings, Gini, key and remainder logits and their losses |
| `survival` | survivors, how well a start foretells them, linear equations of their growth |
| `boolean` | Walsh-Hadamard coefficients and the leap of a Boolean function |
| `gradients` | per-input gradients, their similarity, and quanta as clusters of them |
| `learning_coefficient` | the local learning coefficient, by Langevin dynamics |
| `representation` | parallelograms of an embedding, and what they allow a decoder to get right |
| `heads` | in-context score, previous-token and prefix-matching scores of attention heads |
| `change_points` | where a curve changes, by exact segmentation |
| `norms` | norms of weights |
"""

from distill.instruments.boolean import leap as leap
from distill.instruments.boolean import walsh_hadamard as walsh_hadamard
from distill.instruments.change_points import change_points as change_points
from distill.instruments.gradients import adjusted_rand_index as adjusted_rand_index
from distill.instruments.gradients import gradients_by_input as gradients_by_input
from distill.instruments.gradients import quanta as quanta
from distill.instruments.gradients import similarity as similarity
from distill.instruments.heads import in_context_score as in_context_score
from distill.instruments.heads import prefix_matching_scores as prefix_matching_scores
from distill.instruments.heads import previous_token_scores as previous_token_scores
from distill.instruments.learning_coefficient import learning_coefficient as learning_coefficient
from distill.instruments.norms import weight_norms as weight_norms
from distill.instruments.representation import nullity as nullity
from distill.instruments.representation import parallelograms as parallelograms
from distill.instruments.representation import right_by_parallelograms as right_by_parallelograms
from distill.instruments.representation import right_by_place as right_by_place
from distill.instruments.spectra import amplitudes as amplitudes
from distill.instruments.spectra import gini as gini
from distill.instruments.spectra import key_and_rest as key_and_rest
from distill.instruments.spectra import key_frequencies as key_frequencies
from distill.instruments.spectra import restricted_and_excluded as restricted_and_excluded
from distill.instruments.survival import area_under_curve as area_under_curve
from distill.instruments.survival import growth_law as growth_law
from distill.instruments.survival import survivors as survivors
