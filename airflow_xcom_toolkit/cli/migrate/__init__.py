"""``migrate``: the rows there are, in another form."""
