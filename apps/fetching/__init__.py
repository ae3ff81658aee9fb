"""Safe outgoing HTTP, for every room that fetches what a user named: pure Python, no Django."""
