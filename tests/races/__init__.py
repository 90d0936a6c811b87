"""Two processes that change the same file at once: nothing that was said to be done is lost."""
