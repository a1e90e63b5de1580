"""The API of organisations, projects, axes, agreements and territories: public fields only."""
