"""Rescoring."""
