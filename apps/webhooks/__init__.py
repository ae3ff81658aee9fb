"""Who wants to know: endpoints, events and their signed deliveries.

No event exists yet: direct uploads bring the first.
"""
