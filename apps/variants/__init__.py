"""Variants: named recipes, and what an account allows beyond them."""
