"""Courses as those who teach them see them."""
