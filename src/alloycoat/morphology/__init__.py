"""Morphology: how the deposit grows on a bare and on a coated electrode, as pictures and numbers."""
