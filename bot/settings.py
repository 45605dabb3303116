"""The environment, read and judged at start."""
