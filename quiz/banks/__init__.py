"""Question banks: their model, their files, their evidence."""
