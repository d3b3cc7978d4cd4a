"""Checks of what the project's pages say: links, commands, quoted texts, permissions, templates. `scripts/check_docs.py` runs them."""
