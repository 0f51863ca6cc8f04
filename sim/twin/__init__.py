"""The twin: physics of a polymer electrolyte film, and what instruments read of it."""
