"""Whether bills are right: promises, rules, invoices, changes between versions."""
