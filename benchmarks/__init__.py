"""Measurements: speed and quality. `make bench` runs them; none is asserted in the tests."""
