"""Signing in: allauth's flows behind our own pages and rules. See docs/decisions/0007-sign-in.md."""
