"""Deliberately broken backends: one fault each, and the test of the contract that is to reject it.

``python -m tests.contract.broken`` runs them, and prints the table of `docs/explanation/contract-can-fail.md`.
"""
