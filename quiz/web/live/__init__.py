"""The live view of a running quiz."""
