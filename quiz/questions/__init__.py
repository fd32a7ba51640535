"""Question types and the rules of scoring: pure values and functions."""
