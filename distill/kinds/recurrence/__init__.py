"""Integer recurrences: registers that every step updates.

Three readers stand under one emitter: `linear` reads impulse responses, `held` thresholds and
extremes, `search` decodes registers and synthesises their updates.
"""
