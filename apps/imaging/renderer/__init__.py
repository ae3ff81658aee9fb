"""The isolated renderer: locked processes that decode what strangers send, and the clients that ask them.

`server` keeps a `pool` of workers, each of which answers one connection at a time; `client` and
`async_client` speak with them over `wire`.
"""
