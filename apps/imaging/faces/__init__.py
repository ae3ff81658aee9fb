"""Faces: where they are in a picture, found by BlazeFace if the optional extra `faces` is installed.

`extra` says whether it is; only then does `detector` load the model, before the process is locked. The model
sees 192×192 pixels at a time: `tiles` lays out which, `blazeface` runs it, and `candidates` makes one face of
the several that overlapping tiles report.
"""
