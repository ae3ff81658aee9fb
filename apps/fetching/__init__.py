"""Safe outgoing HTTP, for every room that fetches what a user named: pure Python, no Django.

Nothing fetches yet: uploads by URL bring the client, its address table and its deadlines with them.
"""
