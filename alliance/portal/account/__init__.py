"""Signing in: allauth's flows behind our own pages and rules. See docs/decisions/sign-in.md."""
