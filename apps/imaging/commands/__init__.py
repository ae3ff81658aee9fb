"""The verbs of `images-render`, one module each; `apps/imaging/cli.py` puts them together."""
