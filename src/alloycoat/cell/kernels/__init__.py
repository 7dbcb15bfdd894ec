"""The compiled solver of the salt equation and its slow twin; arrays and named tuples of numbers only."""
