"""Scoring rules that several question types share."""
