"""The views: each checks the shape of a request, calls one service, and wraps what it returns."""
