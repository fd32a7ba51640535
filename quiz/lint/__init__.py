"""The lint: small rules that find what weakens a question, and teach how to write a better one."""
