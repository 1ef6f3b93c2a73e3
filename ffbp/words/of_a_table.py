"""Clauses about the columns of a table: why a column is not an input."""


def all_missing(n, number, percent):
    return "every value is missing"


def constant(n, number, percent):
    return f"every value is {n['value']}"


def row_numbers(n, number, percent):
    return "it only numbers the rows"


def own_texts(n, number, percent):
    return f"nearly every row has a different text ({n['texts']:,})"


def many_texts(n, number, percent):
    return f"it holds {n['texts']:,} different texts; at most {n['most']} fit"


SENTENCES = {each.__name__: each for each in (all_missing, constant, row_numbers, own_texts, many_texts)}
