"""What the checks of constructs/, terraform/ and their examples are made of."""
