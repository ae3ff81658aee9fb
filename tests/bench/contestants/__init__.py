"""Who takes part: each is a module here, and each runs in a process of its own.

    renderer, renderer_bytes    ours, by descriptor and by bytes, through the real client and socket
    pyvips                      the same engine in the asking process, as a competent user would write it
    pillow                      draft, Lanczos, and the same encoder settings
    thumbor, ipx                over HTTP on this machine, originals from a folder, no result kept

Everyone gets one thread, one request at a time and, where the system can pin, the same one processor.
"""
