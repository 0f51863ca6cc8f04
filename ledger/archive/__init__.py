"""A campaign taken out of a ledger, whole, and put into another one."""
