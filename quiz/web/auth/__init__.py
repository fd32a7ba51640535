"""Signing in and out, joining a course, the account."""
