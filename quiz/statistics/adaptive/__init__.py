"""Adaptive tests: each next item by what the answers so far say of the ability.

A pool of calibrated items (``pool``), abilities from the answers so far (``ability``), which item comes next and when the
test ends (``session``), and what a pool would give under such rules before anybody sits it (``simulation``). Items and
examinees are numbered from 0; one session holds many examinees or one.
"""
