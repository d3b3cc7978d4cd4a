"""Checks what the project's pages say: links, commands, quoted texts, permissions, templates, the code map.

`scripts/check_docs.py` runs them.
"""
