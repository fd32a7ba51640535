"""The web's face: parses a request, calls one operation, shows what it gives."""
