"""What accounts use, counted by day."""
