"""The state of one session and everything that touches it: kept values, the address, controls and fragments."""
