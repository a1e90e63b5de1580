"""The spreadsheet round-trip: which columns a noun has, what a file would change, applied at once, taken back."""
