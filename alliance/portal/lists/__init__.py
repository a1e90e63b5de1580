"""Lists of the back office: saved views, and acts upon many rows."""
