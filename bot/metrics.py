"""What Prometheus reads. No label carries a person, a code or a free text."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 10.0)


class Metrics:
    """The metrics of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "mfabot_http_requests", "Answered HTTP requests", ["route", "method", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "mfabot_http_request_seconds", "Time to the answer", ["route"], buckets=SECONDS, registry=self.registry
        )
        self.ready = Gauge("mfabot_ready", "1 where /readyz says yes", registry=self.registry)
        self.clock_offset = Gauge(
            "mfabot_clock_offset_seconds", "This process's clock less the database's", registry=self.registry
        )
        self.held_jobs = Gauge(
            "mfabot_held_jobs", "Jobs that were tried for a day and given up on", registry=self.registry
        )

    def request(self, *, route: str, method: str, status: int, seconds: float) -> None:
        """Count an answered request; *route* is the pattern, not the path."""
        self.requests.labels(route, method, str(status)).inc()
        self.seconds.labels(route).observe(seconds)

    def health(self, *, ready: bool, clock_offset_s: float | None, held_jobs: int) -> None:
        """Note what the last look at the database said."""
        self.ready.set(ready)
        self.held_jobs.set(held_jobs)
        if clock_offset_s is not None:
            self.clock_offset.set(clock_offset_s)
