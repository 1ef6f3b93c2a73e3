"""The state of one person's session, and all that touches it: what is kept, the address, controls, fragments."""
