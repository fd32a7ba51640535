"""Item response theory: models of how likely an examinee of some ability is to reach each score on an item.

``models.fit`` fits one to a response table; ``persons`` gives abilities, ``fitting`` tells how well items fit.
"""
