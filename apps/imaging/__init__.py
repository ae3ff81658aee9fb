"""Pictures: what a source is, what a recipe asks of it, and how a rendition is made. Pure Python, no Django.

Importing this package loads no decoder. `render` does, and belongs in a process that has nothing to lose: see
`server` for the isolated renderer and `client` for the way to ask it.
"""
