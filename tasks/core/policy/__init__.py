"""The cluster's own admission policies, evaluated here."""
