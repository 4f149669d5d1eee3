"""Runs as folders: certificates, files, where they lie."""
