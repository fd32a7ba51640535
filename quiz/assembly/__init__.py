"""Papers from blueprints: what a blueprint says, and how questions are drawn for it."""
