"""What `make run` starts: the embedded services, the set-up, the portal's processes, and their supervision."""
