"""Jobs from what people wrote for other systems: nothing of it is run, and nothing of it is dropped.

A reader cuts a text into pieces, a table says what becomes of each, and a ledger holds what did.
"""
