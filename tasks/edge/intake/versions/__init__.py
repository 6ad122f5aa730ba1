"""Which versions a bill has, what each consists of, and which of them counts."""
