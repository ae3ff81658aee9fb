"""All that touches pixels: decoders, the pipeline and its steps, encoders."""
