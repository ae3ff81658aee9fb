"""The delivery plane: links in, bytes out. One asynchronous answer behind two thin doors."""
