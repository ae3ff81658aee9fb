"""Where everything goes, in whole numbers, decided before any pixel is touched."""
