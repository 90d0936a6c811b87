"""Small changes of each backend, made in a copy, to see that the tests notice."""
