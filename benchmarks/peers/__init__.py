"""Other ways to do the same work, written as competent people write them."""
