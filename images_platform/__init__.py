"""The composition root: settings, urls, the entries of both planes, and what runs them."""

__version__ = "0.1.0"
