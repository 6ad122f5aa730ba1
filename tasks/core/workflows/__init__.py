"""Argo Workflows as values: playbooks, manifests, plans."""
