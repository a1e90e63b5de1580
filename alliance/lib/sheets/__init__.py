"""Spreadsheets that people bring and take: read safely, whoever wrote them, and written so that they come back."""
