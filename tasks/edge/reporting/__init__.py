"""What people read: the report, the digest, answers, figures and health."""
