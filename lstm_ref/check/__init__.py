"""Is this backward pass right? Witnesses that know nothing of it, and ways to ask them."""
