"""How promises are checked where an assertion is not enough: of many values at once, of what was sent or said."""
