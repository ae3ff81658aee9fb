"""Signing keys and the signatures of links."""
