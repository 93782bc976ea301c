"""The verbs, one a kind: tally, measure, compare, assess. Each is a pure function; what it takes and gives stands in its docstring."""
