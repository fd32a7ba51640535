"""What files are made of: rich text, tables."""
