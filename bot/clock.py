"""The time of day, as an argument for everybody else."""
