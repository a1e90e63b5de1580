"""Demonstration data: the same at each fresh start, fictional on real communes. Nothing here runs in production."""
