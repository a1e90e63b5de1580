"""A filtered view as an object: what one keeps of it (feed, alert, embedded page, files), whatever the noun."""
