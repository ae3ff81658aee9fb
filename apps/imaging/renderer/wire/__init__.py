"""The wire between a client and the renderer: a pure codec, no I/O."""
