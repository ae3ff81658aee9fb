"""How a recipe is written: the table of options, and the grammar that reads and writes them."""
