"""Compiled kernels of the morphology: elliptic solver, Allen-Cahn and dendrite steps; arrays of numbers only."""
