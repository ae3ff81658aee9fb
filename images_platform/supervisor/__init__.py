"""The supervisor: starts parts in order, waits until each answers, restarts what dies, stops in reverse."""
