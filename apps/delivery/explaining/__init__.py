"""Explaining a link: the way of `answer`, over the same functions, told instead of taken."""
